import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

from vaas.errors import MessageRefused
from vaas.kernels.wire import FRAME_LIMIT, Frame, pack, read_json, unpack

names = st.sampled_from(["shell", "control", "iopub"])
parts = st.lists(st.binary(max_size=40), min_size=4, max_size=9)


@given(names, parts)
def test_the_same_bytes_as_jupyter_server(name, content):
    data = pack(Frame(name, content))
    assert data == serialize_msg_to_ws_v1(content, name)
    assert deserialize_msg_from_ws_v1(data) == (name, content)
    assert unpack(data) == Frame(name, content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_refused(data):
    try:
        frame = unpack(data)
    except MessageRefused:
        return
    assert len(frame.parts) >= 4


@given(names, parts, st.data())
def test_a_damaged_frame_is_a_frame_or_refused(name, content, data):
    whole = bytearray(pack(Frame(name, content)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    try:
        frame = unpack(bytes(whole))
    except MessageRefused:
        return
    assert sum(map(len, frame.parts)) <= len(whole)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 2**20) + bytes(2**20),
        struct.pack("<7Q", 6, 56, 56, 56, 56, 56, 2**40),
        struct.pack("<7Q", 6, 0, 0, 0, 0, 0, 0),
        struct.pack("<7Q", 6, 56, 60, 58, 60, 60, 60) + bytes(10),
        pack(Frame("shell", [b"{}"] * 4))[:-1],
        pack(Frame("shell", [b"{}"] * 3)),
        pack(Frame("\xff", [b"{}"] * 4)),
        bytes(FRAME_LIMIT + 1),
    ],
    ids=range(10),
)
def test_hostile_frames_are_refused(data):
    with pytest.raises(MessageRefused):
        unpack(data)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 10**5, b" " * (2 << 20) + b"{}"]
)
def test_what_is_no_object_is_none(text):
    assert read_json(text) is None
