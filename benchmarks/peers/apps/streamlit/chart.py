"""Stations, with Streamlit and Plotly."""

import plotly.graph_objects as go
import streamlit as st
from content import stations, weekly

table = st.cache_data(stations)()

st.title("Stations")
st.write("Choose a station; the server filters the table and redraws the chart.")
station = st.selectbox("Station", list(table))
means = weekly(table, station)
st.html(f"<b class='bench-result'>{station}: {means.mean():.2f}</b>")
figure = go.Figure(go.Scatter(x=means.index, y=means.to_numpy()))
figure.update_layout(height=320, margin={"l": 40, "r": 20, "t": 20, "b": 40})
st.plotly_chart(figure)
