"""Squares, with Streamlit."""

import streamlit as st

st.title("Squares")
st.write("Move the slider; the server computes the square.")
number = st.slider("Number", 0, 100, value=3)
st.html(f"<b class='bench-result'>{number**2}</b>")
