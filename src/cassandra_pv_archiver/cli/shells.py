"""What shells are told so that they complete ``cpva``."""

from __future__ import annotations

from importlib import import_module

__all__ = ["teach_bash"]

_BASH = """
%(complete_func)s() {
    local IFS=$'\\n'
    local line="${COMP_LINE:0:COMP_POINT}" place=-1
    local word="${line##*[[:space:]]}"
    [[ -z $word ]] && place=9999
    COMPREPLY=( $( env COMP_WORDS="$line" COMP_CWORD=$place %(autocomplete_var)s=complete_bash $1 ) )
    if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=( "${COMPREPLY[@]#"${word%%"${word##*:}"}"}" )
    fi
    return 0
}

complete -o default -F %(complete_func)s %(prog_name)s
"""
"""bash takes a colon for the end of a word, and names of channels are full of them. So the line is handed over as it
is, with its last word (-1) or a new one (beyond the last) to be completed, and what stands before the last colon
already is left out of the replies."""


def teach_bash() -> None:
    """Takes the place of typer's script for bash, with which no name with a colon is ever completed."""
    scripts: dict[str, str] | None = getattr(import_module("typer._completion_shared"), "_completion_scripts", None)
    if scripts is not None:  # a later typer may keep them elsewhere
        scripts["bash"] = _BASH
