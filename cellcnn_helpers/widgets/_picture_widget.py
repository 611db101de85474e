"""A widget that shows one picture of several: the trait `images`, its checks, and the choice among them."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget, arrays_from_bytes, arrays_to_bytes
from cellcnn_helpers.widgets._inputs import checked_pictures
from cellcnn_helpers.widgets._pictures import default_pictures

OWN_FILE = "own file"


class PictureWidget(CourseWidget):
    """`images` is a dict of grey pictures, `image` the name of the one shown or ``"own file"``."""

    images = CheckedTrait().tag(sync=True, to_json=arrays_to_bytes, from_json=arrays_from_bytes)
    image = CheckedTrait().tag(sync=True)

    def __init__(self, images=None, image=None, **state):
        images = checked_pictures("images", default_pictures() if images is None else images)
        super().__init__(images=images, image=next(iter(images)) if image is None else image, **state)

    @traitlets.validate("images", "image")
    def _check_picture(self, proposal):
        if proposal.trait.name == "images":
            return checked_pictures("images", proposal.value)
        return _checks.choice("image", proposal.value, (*self.images, OWN_FILE))

    @traitlets.observe("images")
    def _keep_image_among_images(self, change):
        if self.image not in (*self.images, OWN_FILE):
            self.image = next(iter(self.images))
