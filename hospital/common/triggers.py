"""Rules that the database itself enforces, as triggers generated from data."""

import pgtrigger

from hospital.common.errors import Transitions


def append_only(name: str) -> pgtrigger.Trigger:
    """Rows may be added, never changed or deleted."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def legal_moves(name: str, table: Transitions) -> pgtrigger.Trigger:
    """A row's ``state`` moves only along the state table, whoever writes it."""
    moves = sorted({(start, end) for (start, _verb), end in table.items() if start is not None})
    listed = ", ".join(f"('{start}', '{end}')" for start, end in moves)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),
        condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=f"""
            IF (OLD.state, NEW.state) NOT IN ({listed}) THEN
                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )
