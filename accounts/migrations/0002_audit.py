"""The audit trail, and triggers by which the database itself keeps it from being changed or emptied.

A migration that rebuilds one of the two tables on SQLite (Django does so for most changes of a
table) loses that table's triggers and has to create them again; a test notices.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REFUSE_ON_SQLITE = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
REFUSE_ON_POSTGRESQL = "EXECUTE FUNCTION accounts_audit_refuse()"

# Against changing a record, and against any step of the head but to the next number.
AGAINST_CHANGING = {
    "sqlite": {
        "accounts_auditentry_no_update": f"BEFORE UPDATE ON accounts_auditentry {REFUSE_ON_SQLITE}",
        "accounts_audithead_no_jump": (
            f"BEFORE UPDATE ON accounts_audithead WHEN NEW.number <> OLD.number + 1 {REFUSE_ON_SQLITE}"
        ),
    },
    "postgresql": {
        "accounts_auditentry_no_update": (
            f"BEFORE UPDATE OR DELETE ON accounts_auditentry FOR EACH ROW {REFUSE_ON_POSTGRESQL}"
        ),
        "accounts_audithead_no_jump": (
            "BEFORE UPDATE ON accounts_audithead FOR EACH ROW"
            f" WHEN (NEW.number <> OLD.number + 1) {REFUSE_ON_POSTGRESQL}"
        ),
        "accounts_audithead_no_delete": f"BEFORE DELETE ON accounts_audithead FOR EACH ROW {REFUSE_ON_POSTGRESQL}",
    },
}
# Against emptying the tables. `manage.py flush` is refused too; the tests, which need it, drop these.
AGAINST_EMPTYING = {
    "sqlite": {
        "accounts_auditentry_no_delete": f"BEFORE DELETE ON accounts_auditentry {REFUSE_ON_SQLITE}",
        "accounts_audithead_no_delete": f"BEFORE DELETE ON accounts_audithead {REFUSE_ON_SQLITE}",
    },
    "postgresql": {
        "accounts_auditentry_no_truncate": (
            f"BEFORE TRUNCATE ON accounts_auditentry FOR EACH STATEMENT {REFUSE_ON_POSTGRESQL}"
        ),
        "accounts_audithead_no_truncate": (
            f"BEFORE TRUNCATE ON accounts_audithead FOR EACH STATEMENT {REFUSE_ON_POSTGRESQL}"
        ),
    },
}
FUNCTION = """
CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$
"""


def creations(triggers: dict[str, str]) -> list[str]:
    return [f"CREATE TRIGGER {name} {rest}" for name, rest in triggers.items()]


def removals(vendor: str, triggers: dict[str, str]) -> list[str]:
    """On PostgreSQL, the name of a trigger belongs to its table."""
    return [
        f"DROP TRIGGER {name} ON {name.rpartition('_no_')[0]}" if vendor == "postgresql" else f"DROP TRIGGER {name}"
        for name in triggers
    ]


def create(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(FUNCTION)
    for statement in creations({**AGAINST_CHANGING[vendor], **AGAINST_EMPTYING[vendor]}):
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for statement in removals(vendor, {**AGAINST_CHANGING[vendor], **AGAINST_EMPTYING[vendor]}):
        schema_editor.execute(statement)
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION accounts_audit_refuse()")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_head_single_row')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='番号')),
                ('at', models.DateTimeField(verbose_name='日時')),
                ('person_name', models.CharField(blank=True, max_length=100, verbose_name='氏名')),
                ('staff_number', models.CharField(blank=True, max_length=30, verbose_name='職員番号')),
                ('kind', models.CharField(choices=[('logged_in', 'ログイン'), ('log_in_failed', 'ログインの失敗'), ('locked_out', 'ログインの一時停止'), ('logged_out', 'ログアウト'), ('password_changed', 'パスワードの変更'), ('second_factor_changed', '二要素認証の変更'), ('sign_on_changed', '職員認証とのつながりの変更'), ('saw_personal_data', '個人情報の閲覧'), ('exported', 'データの出力'), ('changed', '登録内容の変更'), ('imported', 'データの取り込み'), ('reorganised', '組織改編'), ('transition', '調書の手続き'), ('published', '公表'), ('corrected', '公表後の訂正'), ('denied', '拒否した操作')], max_length=30, verbose_name='種類')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='対象')),
                ('path', models.CharField(blank=True, max_length=300, verbose_name='アドレス')),
                ('client', models.CharField(blank=True, max_length=45, verbose_name='接続元')),
                ('details', models.TextField(default='{}', verbose_name='詳細')),
                ('previous_hash', models.CharField(max_length=64, verbose_name='前の記録のハッシュ値')),
                ('hash', models.CharField(max_length=64, verbose_name='ハッシュ値')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='利用者')),
            ],
            options={
                'verbose_name': '監査記録',
                'verbose_name_plural': '監査記録',
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['kind', 'number'], name='audit_kind_number'), models.Index(fields=['person', 'number'], name='audit_person_number'), models.Index(fields=['at'], name='audit_time')],
            },
        ),
        migrations.RunPython(create, drop),
    ]
