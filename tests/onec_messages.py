"""Messages of 1C's exchange as tests write them: under their name at once."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.delivery.onec.message import Envelope, Prepared, prepare_message, publish
from pipelines.delivery.onec.model import OnecObject


def write_message(folder: Path, envelope: Envelope, objects: Iterable[OnecObject] = ()) -> Prepared:
    """The message with these objects, in place of an earlier one; its path and the number of objects."""
    prepared = prepare_message(folder, envelope, objects)
    publish(prepared)
    return prepared
