"""How many examples a property is tried with: fewer in the suite, many in `make soak`, where one example costs much."""

from hypothesis import settings

PROFILE = "campaign"


def examples(suite: int, campaign: int) -> int:
    """``max_examples`` of a property whose example costs more than some 50 ms: of the suite, and of a campaign."""
    return campaign if settings.get_current_profile_name() == PROFILE else suite
