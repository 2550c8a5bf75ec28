"""The command line: each command is a file of `commands`, loaded when it is called, so that a start stays fast."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import click

FOLDER = Path(__file__).parent / "commands"
COMMANDS = {path.stem.replace("_", "-"): path.stem for path in FOLDER.glob("[a-z]*.py")}


class Commands(click.Group):
    """Finds `loket some-word` in `commands/some_word.py`, which names its click command `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"shared.web.commands.{COMMANDS[cmd_name]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each is for, read and not loaded: together they need the whole program."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            known = [click.Command(name, help=_purpose(name)) for name in sorted(COMMANDS)]
            formatter.write_dl([(str(each.name), each.get_short_help_str(limit)) for each in known])

    def invoke(self, ctx: click.Context) -> object:
        """A refusal ends the command with its sentence; anything else is an error of the program and shows itself."""
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            from shared.web.console import fault_sentence  # what a start does not need

            sentence = fault_sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from None


def _purpose(name: str) -> str:
    """The sentence of the file's `command`."""
    tree = ast.parse((FOLDER / f"{COMMANDS[name]}.py").read_text(encoding="utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "command")
    return ast.get_docstring(next(found)) or ""


@click.group(cls=Commands)
@click.version_option(package_name="loket")
@click.pass_context
def main(context: click.Context) -> None:
    """Loket: antrean, layar, dan loket untuk kantor kecamatan."""
    from shared.printing.address import permit  # not above: help needs no settings
    from shared.web.server.own_only import give_to_owner, keep_private
    from shared.web.settings import InvalidSettings, read_settings

    try:
        context.obj = read_settings()
        permit(context.obj.printer_reach())
        keep_private(context.obj)
        context.call_on_close(lambda: give_to_owner(context.obj))
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from None
