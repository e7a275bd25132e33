"""Who uses the portal, and to which department they belong, at which time."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.functional import cached_property
from simple_history.models import HistoricalRecords

from accounts.enums import Role
from accounts.permissions import Permission, admin_apps, permissions_of
from accounts.spelling import normalise_login


class ValidityQuerySet(models.QuerySet[Any]):
    """Rows with a period of validity; both ends belong to it, an empty end is open."""

    def valid_on(self, day: datetime.date) -> "ValidityQuerySet":
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )


class MembershipQuerySet(ValidityQuerySet):
    def held_on(self, day: datetime.date, user: int) -> ValidityQuerySet:
        """The roles of a person (id) on a day, with their departments."""
        return self.valid_on(day).filter(user=user).select_related("department")


class DepartmentQuerySet(ValidityQuerySet):
    def taken_over_by(self, departments: Iterable[int]) -> "DepartmentQuerySet":
        """The 課 that have ended and whose work came to one of these (ids), however many 組織改編 later.

        A 組織改編 may be entered ahead: until its day nothing has been taken over.
        """
        keys = sorted(departments)
        if not keys:
            return self.none()
        steps = _TAKEN_OVER.format(places=", ".join(["%s"] * len(keys)))
        today = timezone.localdate().isoformat()
        found = RawSQL(steps, (today, *keys, today))  # noqa: S611  # ours is the text, and values are parameters
        return self.filter(pk__in=found)


# From each 課 to those it took over from, and on to theirs. The placeholders are the day, the ids, and the day again.
_TAKEN_OVER = """
    WITH RECURSIVE earlier (id) AS (
        SELECT ended.id
        FROM accounts_department_successors AS step
        JOIN accounts_department AS ended ON ended.id = step.from_department_id AND ended.valid_to < %s
        WHERE step.to_department_id IN ({places})
        UNION
        SELECT ended.id
        FROM earlier
        JOIN accounts_department_successors AS step ON step.to_department_id = earlier.id
        JOIN accounts_department AS ended ON ended.id = step.from_department_id AND ended.valid_to < %s
    )
    SELECT id FROM earlier
"""


CODE_IN_ADDRESSES = RegexValidator(
    r"\A[\w-]+\Z",
    "組織コードは、文字、数字、ハイフンだけで入力してください（例：1701）。公開ページのアドレスに使います。",
)


class Department(models.Model):
    """A 局 or a 課 under its name for a period; a renamed department is a new row."""

    code = models.CharField("組織コード", max_length=20, validators=[CODE_IN_ADDRESSES])
    name = models.CharField("名称", max_length=100)
    bureau = models.ForeignKey(
        "self",
        verbose_name="所属する局",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="divisions",
        help_text="局そのものは空欄にします。",
    )
    valid_from = models.DateField("設置日")
    valid_to = models.DateField("廃止日", null=True, blank=True, help_text="この日まで存続します。")
    successors = models.ManyToManyField(
        "self",
        verbose_name="承継先",
        blank=True,
        symmetrical=False,
        related_name="predecessors",
        help_text="改組でこの組織の仕事を引き継いだ組織。",
    )

    history = HistoricalRecords(m2m_fields=[successors])
    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "組織"
        verbose_name_plural = "組織"
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="department_code_start_unique",
                violation_error_message="同じ組織コードで同じ設置日の組織がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="department_period_ordered",
                violation_error_message="廃止日は設置日以後の日にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """With its 局 and, once it has an end, that: tells departments of one name apart. Reads `bureau`."""
        name = f"{self.bureau.name} {self.name}" if self.bureau else self.name
        end = self.valid_to
        return f"{name}（{end.year}年{end.month}月{end.day}日まで）" if end else name

    def has_ended(self, day: datetime.date) -> bool:
        """Whether its last day is before this one."""
        return self.valid_to is not None and self.valid_to < day


class UserManager(BaseUserManager["User"]):
    """Finds people by staff number; makes accounts for the command line and the tests."""

    def create_user(self, staff_number: str, password: str | None = None, **fields: Any) -> "User":
        fields["email"] = self.normalize_email(fields["email"])
        user = self.model(staff_number=staff_number, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, staff_number: str, password: str | None = None, **fields: Any) -> "User":
        """The first administrator of an installation: `manage.py createsuperuser`."""
        user = self.create_user(staff_number, password, **fields)
        Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
        return user


class User(AbstractBaseUser):
    """A person who logs in, by staff number or mail address, while the account is valid."""

    staff_number = models.CharField("職員番号", max_length=30, unique=True)
    email = models.EmailField("メールアドレス", unique=True)
    name = models.CharField("氏名", max_length=100)
    active_from = models.DateField("利用開始日", null=True, blank=True)
    active_to = models.DateField("利用終了日", null=True, blank=True, help_text="この日まで利用できます。")
    is_demo = models.BooleanField("見本アカウント", default=False, editable=False)

    USERNAME_FIELD = "staff_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    objects = UserManager()

    class Meta:
        verbose_name = "利用者"
        verbose_name_plural = "利用者"
        ordering = ["staff_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_from__isnull=True) | Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")),
                name="user_period_ordered",
                violation_error_message="利用終了日は利用開始日以後の日にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's field, here derived from the period
        today = timezone.localdate()
        return (self.active_from is None or self.active_from <= today) and (
            self.active_to is None or today <= self.active_to
        )

    def clean(self) -> None:
        """One spelling for each person: half-width staff number, mail in lower case (allauth looks for that)."""
        super().clean()
        self.staff_number = normalise_login(self.staff_number)
        self.email = normalise_login(self.email).lower()

    @cached_property
    def valid_memberships(self) -> list["Membership"]:
        """The roles of today with their departments: one query for a request, which has its own user object."""
        if self.pk is None:
            return []
        return list(Membership.objects.held_on(timezone.localdate(), self.pk))

    @cached_property
    def departments_before(self) -> "QuerySet[Department]":
        """The 課 before those in which the person is 担当者 or 課長 today."""
        acting = (each for each in self.valid_memberships if each.role in {Role.LIAISON, Role.MANAGER})
        mine = {each.department_id for each in acting if each.department_id is not None}
        return Department.objects.taken_over_by(mine).order_by()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(membership.role) for membership in self.valid_memberships)

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self)

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin lets the person in."""
        return self.may(Permission.ENTER_ADMIN)

    @property
    def is_superuser(self) -> bool:
        """Nobody is beyond the table of roles."""
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in auth.get_backends())

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return app_label in admin_apps(permissions_of(self))

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        return set().union(*(backend.get_all_permissions(self, obj) for backend in auth.get_backends()))


def display_name(user: User) -> str:
    """How allauth's pages and messages call a person."""
    return user.name


class Membership(models.Model):
    """A role a person has, in a department or (ICT推進課, administrators, viewers) for the whole portal."""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField("役割", max_length=30, choices=Role.choices)
    department = models.ForeignKey(
        Department,
        verbose_name="組織",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    valid_from = models.DateField("開始日", null=True, blank=True)
    valid_to = models.DateField("終了日", null=True, blank=True)

    history = HistoricalRecords()
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "役割"
        verbose_name_plural = "役割"
        ordering = ["user", "role", "department"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=[Role.LIAISON, Role.MANAGER]) | Q(department__isnull=False),
                name="membership_department_needed",
                violation_error_message="担当者と課長には組織が必要です。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "department", "valid_from"],
                name="membership_unique",
                violation_error_message="同じ役割がすでに登録されています。",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_period_ordered",
                violation_error_message="終了日は開始日以後の日にしてください。",
            ),
        ]

    def is_valid_on(self, day: datetime.date) -> bool:
        """The same question as `ValidityQuerySet.valid_on`, of a row that is at hand."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def __str__(self) -> str:
        return f"{self.get_role_display()}（{self.department}）" if self.department else self.get_role_display()
