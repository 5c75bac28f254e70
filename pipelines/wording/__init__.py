"""How figures, dates and months are written for people, one module a language, and outside text made safe to show. Pure."""
