"""The programmes among what the public search finds, and what 新着 says of one that becomes public."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from plan.actions import revise
from plan.enums import DocumentKind, RevisionKind
from plan.models import Revision, SearchDocument
from plan.search import find
from programs.models import Program
from tests.plan.reading import links, main_of, words
from tests.programs.factories import ProgramFactory, loaded_plan

pytestmark = pytest.mark.django_db


def titles(query: str) -> list[str]:
    groups = find(query, plan=loaded_plan(), kind=DocumentKind.PROGRAM).groups
    return ["".join(piece.text for piece in hit.title) for group in groups for hit in group.hits]


def changed(program: Program, by: User, *, reason: str = "", **values: object) -> Program:
    for name, value in values.items():
        setattr(program, name, value)
    revise(root=program, by=by, reason=reason, expected_version=program.version)
    return Program.objects.get(pk=program.pk)


def test_a_public_programme_is_found_by_its_title(client: Client, ict_staff: User) -> None:
    program = ProgramFactory.create(title="試行する計画書", is_published=False, is_sample=True)
    program = changed(program, ict_staff, summary="重点の取組をまとめた。")
    assert titles("試行する計画書") == []
    program = changed(program, ict_staff, is_published=True)
    assert titles("試行する計画書") == titles("重点の取組") == ["試行する計画書（見本データ）"]
    page = main_of(client.get("/search/?q=試行する計画書"))
    assert program.get_absolute_url() in links(page)
    assert "プログラム" in words(page)
    changed(program, ict_staff, is_published=False, reason="公開をやめるため")
    assert titles("試行する計画書") == []


def test_becoming_public_is_told_as_such(client: Client, ict_staff: User) -> None:
    program = changed(ProgramFactory.create(title="新しい計画書", is_published=False), ict_staff, is_published=True)
    revision = Revision.objects.get(object_type="programs.program", object_id=program.pk)
    assert (revision.kind, revision.get_kind_display()) == (RevisionKind.PUBLISHED, "公開")
    changed(program, ict_staff, summary="変えました。", reason="見直し")
    assert Revision.objects.filter(object_id=program.pk, kind=RevisionKind.CHANGED).count() == 1
    assert "公開" in words(main_of(client.get("/plans/2016/revisions/")))


def test_those_of_before_get_their_documents(ict_staff: User) -> None:
    """The migration makes what saving a programme makes."""
    program = ProgramFactory.create(title="前からの計画書", is_sample=True, summary="**重点**の取組です。\n二行目。")
    ProgramFactory.create(title="隠れた計画書", is_published=False)
    changed(program, ict_staff, title="前からある計画書", reason="見直し")
    fields = ("plan", "kind", "title", "path", "text", "folded_title", "folded", "position")
    saved = SearchDocument.objects.values(*fields).get(source_model="programs.program", source_id=program.pk)
    SearchDocument.objects.filter(source_model="programs.program").delete()
    import_module("programs.migrations.0006_programmes_are_in_the_index").add_documents(apps, None)
    assert list(SearchDocument.objects.filter(source_model="programs.program").values(*fields)) == [saved]
