from itertools import product

import pytest

from drystone.db.transaction.states import Event, State, TransactionMisused, advance

ALLOWED = {
    (State.NEW, Event.BEGIN): State.OPEN,
    (State.OPEN, Event.COMMIT): State.COMMITTING,
    (State.OPEN, Event.ROLL_BACK): State.ROLLED_BACK,
    (State.COMMITTING, Event.COMMITTED): State.COMMITTED,
    (State.COMMITTING, Event.REFUSED): State.ROLLED_BACK,
    (State.COMMITTING, Event.LOST): State.UNKNOWN,
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_event_in_every_state(state: State, event: Event) -> None:
    if (state, event) in ALLOWED:
        assert advance(state, event) is ALLOWED[state, event]
    else:
        with pytest.raises(TransactionMisused, match=state.value):
            advance(state, event)
