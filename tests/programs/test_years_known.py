"""Years of programmes and indicators that no page could count are kept out by the database, and named before that."""

import pytest
from django.db import IntegrityError, models, transaction

from programs.models import Indicator, Program
from tests.migrating import migrate, migrate_to_newest
from tests.programs.factories import IndicatorFactory, ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "field", "wrong", "allowed"),
    [
        (Program, "start_year", 28, 1900),
        (Program, "end_year", 20200, 2099),
        (Indicator, "baseline_year", 28, 1900),
        (Indicator, "baseline_year", 2100, 2099),
    ],
)
def test_years_that_no_page_can_count_are_kept_out(
    model: type[models.Model], field: str, wrong: int, allowed: int
) -> None:
    IndicatorFactory.create()
    with pytest.raises(IntegrityError, match="year"), transaction.atomic():
        model._default_manager.update(**{field: wrong})
    model._default_manager.update(**{field: allowed})


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_newest")
def test_what_stands_in_the_way_is_named() -> None:
    key = ProgramFactory.create().pk
    programs = migrate(("programs", "0006_programmes_are_in_the_index")).get_model("programs", "Program").objects
    programs.update(start_year=28)
    try:
        with pytest.raises(ValueError, match=f"put them right in the admin first: Program {key}.start_year = 28$"):
            migrate_to_newest()
    finally:
        programs.update(start_year=2016)
