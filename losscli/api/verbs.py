"""The verbs as functions: `losscli.compare(frame, target="y")` is `losscli compare` of a file of the same
values, to the last bit. Every flag is an argument of the same name; `stub.py` writes their types, verbs.pyi.
"""

from losscli.api.calling import function_of, load

__all__ = ["advise", "compare", "diff", "fit", "load", "roles"]

compare = function_of("compare")
fit = function_of("fit")
advise = function_of("advise")
roles = function_of("roles")
diff = function_of("diff")
