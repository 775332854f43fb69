"""Greenness, with Streamlit and its own maps (deck.gl's)."""

import pydeck as pdk
import streamlit as st
from content import BOUNDS, greenness, ndvi, picture, scenes

data = st.cache_resource(scenes)()

st.title("Greenness")
st.write("Step through the scenes; the server computes NDVI and redraws the overlay.")
month = st.session_state.setdefault("month", 0)
if st.button("Next scene"):
    month = st.session_state.month = (month + 1) % 12
index = ndvi(data, month)
st.html(f"<b class='bench-result'>{greenness(index, month)}</b>")
(south, west), (north, east) = BOUNDS
scene = pdk.Layer(
    "BitmapLayer", image=pdk.types.String(picture(index)), bounds=[west, south, east, north]
)
view = pdk.ViewState(latitude=(south + north) / 2, longitude=(west + east) / 2, zoom=10)
st.pydeck_chart(pdk.Deck([scene], initial_view_state=view, map_style=None), height=320)
