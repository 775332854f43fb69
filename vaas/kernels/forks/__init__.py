"""Templates and their forks, from outside: started, walled in, watched, ended.

What is forked first is an environment's own process (``zygotes``): kernels, and
templates, which are forked further.

The notebook's code shares the template's memory, so whatever comes from inside
is claims. What holds is made or seen from here: the Linux kernel tells which
process speaks on a line, ``placer`` furnishes a fork's namespaces, ``walls``
looks whether all of them stand before a viewer's first message passes.
"""

from vaas.kernels.forks.host import ForkingHost

__all__ = ["ForkingHost"]
