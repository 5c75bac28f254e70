"""Pictures on papers: an SVG drawing that holds the file as it is, for a template takes texts alone. Pure."""

import base64

from pipelines.pictures import look


def drawing(content: bytes) -> str:
    """The picture as a drawing of its own proportions."""
    picture = look(content)
    inside = base64.b64encode(content).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" {size}>'
        f'<image {size} href="data:image/{picture.kind};base64,{inside}"/></svg>'
    )
