"""Messages of 1C whose header never ends: bounded, and refused in words."""

import pytest

from pipelines.delivery.onec.header import MOST_ELEMENTS, has_content, read_header
from pipelines.errors import BadInput
from tests.unit.onec.test_header import saved


@pytest.mark.parametrize(
    "text",
    [
        f"<Message><Header>{'<AvailableVersion>1</AvailableVersion>' * MOST_ELEMENTS}</Header><Body/></Message>",
        f"<Message><Header><Confirmation>{'<From/>' * MOST_ELEMENTS}</Confirmation></Header><Body/></Message>",
        f"<Message><Header><AvailableObjectTypes>{'<T><Name/></T>' * MOST_ELEMENTS}</AvailableObjectTypes></Header></Message>",
    ],
)
def test_a_header_of_countless_children_is_refused(tmp_path, text):
    with pytest.raises(BadInput, match="elements outside its Body"):
        read_header(saved(tmp_path, text))


def test_what_follows_the_header_is_bounded_too(tmp_path):
    path = saved(tmp_path, f"<Message><Header><Prefix>x</Prefix></Header><Body> </Body>{'<a/>' * MOST_ELEMENTS}</Message>")
    assert read_header(path).prefix == "x"
    with pytest.raises(BadInput, match="elements outside its Body"):
        has_content(path)
