"""The layout of the plan's figures: frozen dataclasses with finished SVG geometry. Pure; no Django.

Horizontal places are percentages of the drawing's width, vertical ones and
text sizes are CSS pixels: the same drawing is readable at 320 px and at
720 px, because bars stretch and text does not. Labels are therefore broken
into lines for the narrowest width (`canvas.NARROW`).
"""
