"""The promises of the house that a machine can keep: who imports whom, words for everything, papers equal to code."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, TemplateSyntaxError

from shared import faults
from shared.domain import complaint
from shared.domain.errors import Refusal
from shared.domain.files import procedure as file_state
from shared.domain.queue import ticket
from shared.domain.slips import print_job
from shared.domain.standards.standard import Role
from shared.printing.status import Status
from shared.web.app import SCREENS
from shared.web.settings import SETTINGS
from shared.words import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[1]
WORD_FOLDERS = [ROOT / "shared", ROOT / "shared/web", *(ROOT / screen for screen in SCREENS)]
README = ROOT / "README.md"

# The tower: a floor knows the floors below it, never those above or beside it.
# fmt: off
MAY_IMPORT = {
    "shared.domain":    (),
    "shared.faults":    ("shared.domain",),
    "shared.standards": ("shared.domain", "shared.faults"),
    "shared.loop":      (),
    "shared.late":      (),
    "shared.words":     (),
    "shared.store":     ("shared.domain", "shared.standards", "shared.loop", "shared.late"),
    "shared.voice":     ("shared.domain", "shared.standards", "shared.loop", "shared.late"),
    "shared.printing":  ("shared.domain", "shared.standards", "shared.loop", "shared.late", "shared.words"),
    "shared.engine":    ("shared.domain", "shared.standards", "shared.loop", "shared.late", "shared.words",
                         "shared.store", "shared.printing", "shared.voice"),
    "shared.web":       ("shared",),
    "shared.bench":     ("shared",),
    "kiosk":            ("shared",),
    "display":          ("shared",),
    "counter":          ("shared",),
}
# fmt: on
NO_REQUEST = (
    "shared.domain",
    "shared.words",
    "shared.store",
    "shared.engine",
    "shared.printing",
    "shared.voice",
    "shared.standards",
)
WEB_PACKAGES = {
    "flask",
    "flask_babel",
    "flask_socketio",
    "flask_wtf",
    "flask_limiter",
    "werkzeug",
    "jinja2",
}


def parsed(source: str) -> ast.Module:
    """CPython before 3.11.5 trips when two threads parse at once, as for the traceback of another test's server."""
    for _ in range(5):
        with contextlib.suppress(SystemError):
            return ast.parse(source)
    return ast.parse(source)


@cache
def sources() -> dict[str, ast.Module]:
    """Module name -> its syntax tree, of everything that ships."""
    folders = (ROOT / name for name in ("shared", *SCREENS))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): parsed(path.read_text())
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if "versions" not in path.parts
    }


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Every node of every module, beside the module's name."""
    return [(module, node) for module, tree in sources().items() for node in ast.walk(tree)]


def called(node: ast.Call) -> str:
    """The last name of what is called; empty for what has no name."""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # `from shared import domain` means shared.domain
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(module: str) -> str:
    return next((name for name in MAY_IMPORT if module == name or module.startswith(f"{name}.")), "")


def within(module: str, floors: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in floors)


# who imports whom


def test_a_floor_imports_only_floors_below_it() -> None:
    wrong = [
        f"{module} imports {wanted}"
        for module, tree in sources().items()
        if floor(module)
        for wanted in imports(tree)
        if within(wanted, ("shared", *SCREENS)) and not within(wanted, (floor(module), *MAY_IMPORT[floor(module)]))
    ]

    assert wrong == []


def test_every_module_stands_on_a_floor() -> None:
    assert [module for module in sources() if not floor(module) and module != "shared.__init__"] == []


def test_the_domain_needs_the_standard_library_alone() -> None:
    foreign = {
        f"{module} imports {wanted}"
        for module, tree in sources().items()
        if floor(module) == "shared.domain"
        for wanted in imports(tree)
        if wanted.partition(".")[0] not in {*sys.stdlib_module_names, "shared"}
    }

    assert foreign == set()


def test_the_domain_reads_no_clock() -> None:
    clocks = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
    readers = [
        f"{module} {ast.unparse(node)}"
        for module, tree in sources().items()
        if floor(module) in ("shared.domain", "shared.engine")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in clocks
    ]

    assert readers == []


def test_no_request_is_known_below_the_web_floor() -> None:
    knowing = [
        f"{module} imports {wanted}"
        for module, tree in sources().items()
        if floor(module) in NO_REQUEST
        for wanted in imports(tree)
        if wanted.partition(".")[0] in WEB_PACKAGES
    ]

    assert knowing == []


def test_only_the_app_knows_the_three_screens() -> None:
    """Neither all of them at once nor one of their pages is named below; a screen says where it begins: `Screen`."""
    naming = {
        module
        for module, tree in sources().items()
        if floor(module).startswith("shared")
        for node in ast.walk(tree)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set))
        and set(SCREENS) <= {each.value for each in node.elts if isinstance(each, ast.Constant)}
    }
    endpoint = re.compile(rf"""url_for\(["'](?:{"|".join(SCREENS)})\.""")
    linking = [
        str(path.relative_to(ROOT))
        for kind in ("*.py", "*.html")
        for path in (ROOT / "shared").rglob(kind)
        if endpoint.search(path.read_text())
    ]

    assert naming == {"shared.web.app"}
    assert linking == []


def test_a_tickets_state_is_assigned_in_one_place() -> None:
    """A verb gets a changed ticket with `replace` and writes it with `move`; the rows are written by one function."""
    setters = {
        module
        for module, node in nodes()
        if isinstance(node, ast.Call)
        and any(keyword.arg == "state" for keyword in node.keywords)
        and re.match(r"update\((tables\.)?Ticket\)|replace$", ast.unparse(node.func))
    }
    writers = {
        module
        for module, node in nodes()
        if isinstance(node, ast.Call)
        and called(node) == "update"
        and re.search(r"update\((tables\.)?Ticket\)", ast.unparse(node))
    }

    assert setters - {"shared.domain.files.file"} == {"shared.engine.queue.ticket"}  # a file has a state of its own
    assert writers == {"shared.store.hot"}


def test_a_file_opens_with_one_sentence() -> None:
    silent = [module for module, tree in sources().items() if tree.body and not ast.get_docstring(tree)]

    assert silent == []


def test_no_fault_is_swallowed() -> None:
    swallowed = [
        f"{module}:{node.lineno}"
        for module, node in nodes()
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(each, (ast.Pass, ast.Continue)) for each in node.body)
    ]

    assert swallowed == []


# one word for one thing, and what a machine can count


def counted(found: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(found).items()))


def no_worse(found: dict[str, int], today: dict[str, int]) -> dict[str, str]:
    """What is new or has become more; the numbers of today may only shrink: take them down when they did."""
    return {name: f"{n}, was {today.get(name, 0)}" for name, n in found.items() if n > today.get(name, 0)}


def classes() -> Iterator[tuple[str, str]]:
    """(name, module) of every public class of the product."""
    for module, tree in sources().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, module


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for name, module in classes():
        places.setdefault(name, []).append(module)

    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_tables_do_without_the_mapping_of_an_orm() -> None:
    found = [
        module
        for module, node in nodes()
        if isinstance(node, ast.Import | ast.ImportFrom) and "sqlalchemy.orm" in ast.unparse(node)
    ]

    assert found == []


DOCUMENTED = {"_mapping", "_asdict", "_replace", "_fields"}
"""Names of SQLAlchemy's and the standard library's rows that begin with a line only to leave the others to columns."""
BORROWED: dict[str, int] = {}
"""Module -> private names of libraries that it still uses."""


def borrowed(tree: ast.Module) -> Iterator[str]:
    """Private names that a module uses and does not define itself."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            own.add(node.attr)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr) and node.attr not in own | DOCUMENTED:
            yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and not floor(node.module or "") and node.module != "__future__":
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (name for name in names if name.startswith("_"))


def test_private_names_of_libraries_are_used_in_one_file() -> None:
    found = counted(
        module for module, tree in sources().items() if module != "shared.web.quirks" for _ in borrowed(tree)
    )

    assert no_worse(found, BORROWED) == {}


ANY_AT_MOST = 80


def test_any_becomes_rarer() -> None:
    places = counted(module for module, node in nodes() if isinstance(node, ast.Name) and node.id == "Any")

    assert sum(places.values()) <= ANY_AT_MOST, sorted(places.items(), key=lambda each: -each[1])[:20]


def test_no_row_of_a_query_is_known_above_the_store() -> None:
    above = [
        f"{module}:{node.lineno}"
        for module, tree in sources().items()
        if not module.startswith(("shared.store.", "shared.bench."))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("sqlalchemy", "shared.store"))
        if {each.name for each in node.names} & {"Row", "RowMapping", "AnyRow"}
    ]

    assert above == []


LONGEST = 400
LONG_FILES = {
    "shared.store.tables": 1000,
}
"""Module -> its lines; `tables` is one table of contents."""


def test_a_file_has_at_most_four_hundred_lines() -> None:
    lines = {module: len((ROOT / (module.replace(".", "/") + ".py")).read_text().splitlines()) for module in sources()}

    assert {module: n for module, n in lines.items() if n > LONG_FILES.get(module, LONGEST)} == {}


WRITERS = ("shared.engine", "shared.store", "shared.bench")
WRITES_ELSEWHERE: dict[str, int] = {}
"""Module -> statements by which it still writes rows outside the engine and the store."""


def writes(module: str, tree: ast.Module) -> Iterator[str]:
    """`insert(...)`, `update(...)` and `delete(...)` of SQLAlchemy."""
    named = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in ("insert", "update", "delete")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named:
            yield module


def test_only_the_engine_and_the_store_write_rows() -> None:
    found = counted(
        place for module, tree in sources().items() if not within(module, WRITERS) for place in writes(module, tree)
    )

    assert no_worse(found, WRITES_ELSEWHERE) == {}


RULES_IN_TEMPLATES: dict[str, int] = {}
"""Template -> places where it names a role or a state, which is a rule of the code told again."""


def rules_told(text: str) -> Iterator[str]:
    """Strings inside Jinja's marks that are a role or a state; words of the catalogue and attributes are not."""
    names = "|".join(sorted({*ticket.State, *file_state.FileState, *Role}))
    for mark in re.findall(r"{%.*?%}|{{.*?}}", text, re.DOTALL):
        yield from re.findall(rf"""(?:==|!=|\bor|,|(?<!\w)[\[(])\s*["'](?:{names})["'](?!\s*:)""", mark)


def test_no_template_names_a_role_or_a_state() -> None:
    templates = [path for folder in WORD_FOLDERS for path in sorted(folder.rglob("*.html"))]
    found = counted(str(path.relative_to(ROOT)) for path in templates for _ in rules_told(path.read_text()))

    assert no_worse(found, RULES_IN_TEMPLATES) == {}


def test_no_comment_cites_a_document_that_is_not_here() -> None:
    files = [
        path
        for name in ("shared", "tests", *SCREENS)
        for kind in ("*.py", "*.js", "*.css", "*.html", "*.toml", "*.c")
        for path in sorted((ROOT / name).rglob(kind))
        if "vendor" not in path.parts
    ]
    numbered = re.compile(r"\b[A-Z]{2,}(?:\.md)? \d+(?=[^\w:-]|$)")
    cited = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in files
        for found in re.findall(r"\b([\w/-]+\.md)\b", path.read_text())
        if not any((ROOT / folder / found).exists() for folder in (".", "shared"))
    }
    pages = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in files
        for found in numbered.findall(path.read_text())
        if found.split()[0] in ("UX", "DESIGN", "STYLE", "CODE")
    }

    assert cited | pages == set()


def test_every_template_is_sound() -> None:
    broken = {}
    for path in (path for folder in WORD_FOLDERS for path in sorted(folder.rglob("templates/**/*.html"))):
        try:
            Environment(autoescape=True).parse(path.read_text())
        except TemplateSyntaxError as error:
            broken[f"{path.relative_to(ROOT)}:{error.lineno}"] = error.message

    assert broken == {}


# words


@cache
def words(language: str) -> dict[str, str]:
    """msgid -> translation, of all screens together."""
    return {
        message: said
        for folder in WORD_FOLDERS
        if (folder / "locale").is_dir()
        for message, said in catalogue(folder, language).items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_read_as_babel_reads_them(language: str) -> None:
    for folder in WORD_FOLDERS:
        if (folder / "locale").is_dir():
            with (folder / "locale" / language / "LC_MESSAGES/messages.po").open("rb") as file:
                read = {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}
            assert catalogue(folder, language) == read


def test_no_message_of_a_catalogue_is_said_in_two_ways() -> None:
    """The second would never be read: another meaning of an English word is another message."""
    twice = [
        (path.relative_to(ROOT), message)
        for name in ("shared", *SCREENS)
        for path in sorted((ROOT / name).rglob("messages.po"))
        for message, times in Counter(re.findall(r'^msgid (".*(?:\n".*)*)', path.read_text(), re.MULTILINE)).items()
        if times > 1
    ]

    assert twice == []


def refusals() -> set[str]:
    """Names of `Refusal` and everything that inherits from it, wherever it stands."""
    names = {Refusal.__name__}
    classes = [node for _, node in nodes() if isinstance(node, ast.ClassDef)]
    while grown := {c.name for c in classes if {ast.unparse(base) for base in c.bases} & names} - names:
        names |= grown
    return names


@cache
def error_codes() -> set[str]:
    """The first argument of every refusal that the code makes, and the codes of plain HTTP errors."""
    kinds = refusals()
    codes = {
        node.args[0].value
        for _, node in nodes()
        if isinstance(node, ast.Call)
        and called(node) in kinds
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    from_http = ast.literal_eval(
        next(
            node.value
            for node in sources()["shared.web.screen"].body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HTTP_CODES"
        )
    )
    return codes | set(from_http.values())


OF_DEVELOPERS = re.compile(r"\bTOML\b|\btokens?(nya)?\b", re.IGNORECASE)
"""What nobody in an office says. The ending of a file (.toml) may be named."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_office_people_read_no_words_of_developers(language: str) -> None:
    read = {key: said or key for key, said in words(language).items()}
    if language == "en":
        read |= {key: key for key in words("id") if " " in key and key not in read}

    assert [key for key, said in read.items() if OF_DEVELOPERS.search(said.replace("(.toml)", ""))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_action_of_a_ticket_has_a_word(language: str) -> None:
    keys = [f"state.{each}" for each in ticket.State] + [f"action.{each}" for each in ticket.Action]

    assert [key for key in keys if not words(language).get(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_action_of_a_case_has_a_word(language: str) -> None:
    states = [f"case.{each}" for each in file_state.FileState if each != file_state.FileState.NEW]
    actions = [f"case_action.{each}" for each in file_state.FileAction]

    assert [key for key in states + actions if not words(language).get(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence(language: str) -> None:
    assert "stale" in error_codes()
    assert sorted(code for code in error_codes() if not words(language).get(f"error.{code}")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence(language: str) -> None:
    calls = [node for _, node in nodes() if isinstance(node, ast.Call)]
    made = [each.args[1] for each in calls if called(each) == "Problem" and len(each.args) > 1]
    codes = {each.value for each in made if isinstance(each, ast.Constant)} | set(faults.CODES.values())

    assert "not_one_of" in codes
    assert sorted(code for code in codes if not words(language).get(f"wrong.{code}")) == []


def asked_for() -> dict[str, str]:
    """msgid -> where: every sentence that a template or a Python file asks the catalogues for."""
    found: dict[str, str] = {}
    for folder in WORD_FOLDERS:
        for path in sorted(folder.rglob("*.html")):
            for match in re.finditer(r"\bt\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')(?=\s*[,)])", path.read_text()):
                found[ast.literal_eval(match[1])] = str(path.relative_to(ROOT))
    for module, tree in sources().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if re.fullmatch(r"gettext|lazy_gettext|words(\(.*\))?|said", ast.unparse(node.func)):
                found[node.args[0].value] = module
    return found


def test_every_sentence_of_the_pages_has_an_indonesian_one() -> None:
    missing = {sentence: place for sentence, place in asked_for().items() if not words("id").get(sentence)}

    assert missing == {}


def test_every_word_of_a_slip_is_written_in_the_catalogues() -> None:
    asked = {key for key, place in asked_for().items() if place.startswith("shared.domain.slips")}

    assert "slip.ahead" in asked
    assert [key for key in asked for language in LANGUAGES if key not in words(language)] == []


def test_both_languages_have_the_same_keyed_words() -> None:
    keyed = [{key for key in words(language) if re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", key)} for language in LANGUAGES]

    assert keyed[0] == keyed[1]


def test_every_word_of_the_catalogues_is_asked_for() -> None:
    """A key counts as asked for when its family stands somewhere: the rest of it comes from a state, a code, a kind."""
    texts = [
        path.read_text()
        for name in ("shared", *SCREENS)
        for kind in ("*.py", "*.html", "*.js")
        for path in sorted((ROOT / name).rglob(kind))
        if "vendor" not in path.parts
    ]
    whole = re.sub(r'"\s*\n\s*"', "", "\n".join(texts))
    families = {f"{family}." for family in re.findall(r"""["']([a-z_]+)(?=\.?["'{])""", whole)}
    quoted = set(re.findall(r"""["']([^"'\n]*)["']""", whole))  # nearly all of them, at once
    dead = {
        key
        for key in {key for language in LANGUAGES for key in words(language)} - quoted
        if not key.startswith(tuple(families)) and key not in whole and key.replace('"', '\\"') not in whole
    }

    assert dead == set()


def test_a_translation_keeps_the_places_of_its_sentence() -> None:
    places = re.compile(r"%\((\w+)\)")
    wrong = [
        (language, key)
        for language in LANGUAGES
        for key, said in words(language).items()
        if said and "%(" in key and set(places.findall(said)) - set(places.findall(key))
    ]
    differing = [
        key
        for key, said in words("id").items()
        if key.startswith("error.") and set(places.findall(said)) != set(places.findall(words("en").get(key, said)))
    ]

    assert wrong == []
    assert differing == []


def test_the_word_is_antrean() -> None:
    texts = [path for kind in ("*.po", "*.html", "*.toml", "*.md") for path in ROOT.glob(f"[!.n]*/**/{kind}")]
    texts = [path for path in [*texts, README] if "node_modules" not in path.parts]

    assert [str(path) for path in texts if "antri" in path.read_text().lower()] == []


# papers equal to code


def section(title: str) -> str:
    """The text of one section of the README."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"README has no section '{title}'"
    return found[1]


def test_every_setting_stands_in_the_readme_with_its_default_and_meaning() -> None:
    table = section("Settings")
    lines = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |".replace("|  |", "| |")
        for name, (default, meaning) in SETTINGS.items()
    ]

    assert [line for line in lines if line not in table] == []


def test_the_readmes_ticket_diagram_is_the_table_of_moves() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", section("The ticket"), re.MULTILINE)

    assert drawn == [(start.value, end.value, action.value) for start, action, end in ticket.MOVES]


def test_the_readmes_print_job_diagram_is_the_table_of_moves() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", section("The print job"), re.MULTILINE)

    assert drawn == [(start.value, end.value, action.value) for start, action, end in print_job.MOVES]


def test_the_readmes_complaint_diagram_is_the_table_of_moves() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", section("The complaint"), re.MULTILINE)

    assert drawn == [(start.value, end.value, action.value) for start, action, end in complaint.MOVES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_action_of_a_complaint_has_a_word(language: str) -> None:
    keys = [f"complaint_state.{each}" for each in complaint.ComplaintState]
    keys += [f"complaint_state_public.{each}" for each in complaint.ComplaintState]
    asked = [each for each in complaint.ComplaintAction if each != complaint.ComplaintAction.REOPEN]
    keys += [f"complaint_action.{each}" for each in asked]
    keys += [f"act.complaint_{each}" for each in complaint.ComplaintAction]

    assert [key for key in keys if not words(language).get(key)] == []


def test_a_print_jobs_state_is_assigned_in_one_place() -> None:
    setters = {
        module
        for module, node in nodes()
        if isinstance(node, ast.Call)
        and re.match(r"update\(PrintJob\)", ast.unparse(node.func))
        and any(keyword.arg == "state" for keyword in node.keywords)
    }

    assert setters == {"shared.engine.paper.print_queue"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_print_job_and_of_a_printer_has_words(language: str) -> None:
    slips = [f"slip.{each}" for each in print_job.JobState]
    printers = [f"printer.{each}" for each in Status]
    hints = [f"printer_hint.{each}" for each in Status if each is not Status.OK]

    assert [key for key in slips + printers + hints if not words(language).get(key)] == []


READERS = (
    "shared.web.forms",
    "shared.web.bounds",
    "shared.web.access.csrf",
    "shared.web.printers.epson",
    "shared.web.printers.star",
    "shared.bench",
)
"""Who looks at the body of a request: the one reader of forms, what stands before it, and what printers send."""


def test_forms_and_json_are_read_in_one_place() -> None:
    bare = re.compile(r"request\.(form|files|get_json|values|json)\b")

    readers = [module for module in sources() if bare.search((ROOT / (module.replace(".", "/") + ".py")).read_text())]

    assert [module for module in readers if not module.startswith(READERS)] == []
