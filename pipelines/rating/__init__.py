"""Rating: usage × terms × tariff → charges. Pure: no I/O, no clock, no float."""
