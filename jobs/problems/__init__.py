"""Problems that come with landsweep; a study names them as ``landsweep.jobs.problems.MODULE:Class``."""
