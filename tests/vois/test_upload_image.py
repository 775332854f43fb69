"""The older window for a picture."""

import ipywidgets

from vois.vuetify import UploadImage


def test_a_picture_that_is_taken_away_again_cannot_be_confirmed():
    confirmed = []
    window = UploadImage.UploadImage(ipywidgets.Output(), onOK=confirmed.append)
    assert window.dialog.ok_disabled
    window.onFileUpload([{"name": "a.png", "size": 3, "type": "image/png", "data": b"abc"}])
    assert window.imageurl == "data:image/png;base64,YWJj"
    assert window.imageurl in window.preview.value
    assert not window.dialog.ok_disabled
    window.onFileUpload([])
    assert (window.imageurl, window.preview.value) == ("", "")
    assert window.dialog.ok_disabled
