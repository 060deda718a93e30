"""The references that landsweep cites, as BibTeX."""

from __future__ import annotations

BIBTEX = {
    "li2018": """@inproceedings{li2018,
  author = {Li, Hao and Xu, Zheng and Taylor, Gavin and Studer, Christoph and Goldstein, Tom},
  title = {Visualizing the Loss Landscape of Neural Nets},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {31}, year = {2018}, eprint = {1712.09913}, archivePrefix = {arXiv}
}""",
    "garipov2018": """@inproceedings{garipov2018,
  author = {Garipov, Timur and Izmailov, Pavel and Podoprikhin, Dmitrii and Vetrov, Dmitry and Wilson, Andrew Gordon},
  title = {Loss Surfaces, Mode Connectivity, and Fast Ensembling of {DNNs}},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {31}, year = {2018}, eprint = {1802.10026}, archivePrefix = {arXiv}
}""",
    "frankle2020": """@inproceedings{frankle2020,
  author = {Frankle, Jonathan and Dziugaite, Gintare Karolina and Roy, Daniel M. and Carbin, Michael},
  title = {Linear Mode Connectivity and the Lottery Ticket Hypothesis},
  booktitle = {International Conference on Machine Learning},
  year = {2020}, eprint = {1912.05671}, archivePrefix = {arXiv}
}""",
    "entezari2022": """@inproceedings{entezari2022,
  author = {Entezari, Rahim and Sedghi, Hanie and Saukh, Olga and Neyshabur, Behnam},
  title = {The Role of Permutation Invariance in Linear Mode Connectivity of Neural Networks},
  booktitle = {International Conference on Learning Representations},
  year = {2022}, eprint = {2110.06296}, archivePrefix = {arXiv}
}""",
    "ainsworth2023": """@inproceedings{ainsworth2023,
  author = {Ainsworth, Samuel K. and Hayase, Jonathan and Srinivasa, Siddhartha},
  title = {Git Re-Basin: Merging Models modulo Permutation Symmetries},
  booktitle = {International Conference on Learning Representations},
  year = {2023}, eprint = {2209.04836}, archivePrefix = {arXiv}
}""",
    "xie2024": """@misc{xie2024,
  author = {Xie, Tiankai and others},
  title = {Evaluating Loss Landscapes from a Topology Perspective},
  year = {2024}, eprint = {2411.09807}, archivePrefix = {arXiv}
}""",
    "carr2003": """@article{carr2003,
  author = {Carr, Hamish and Snoeyink, Jack and Axen, Ulrike},
  title = {Computing contour trees in all dimensions},
  journal = {Computational Geometry}, volume = {24}, number = {2}, pages = {75--94}, year = {2003}
}""",
    "edelsbrunner2002": """@article{edelsbrunner2002,
  author = {Edelsbrunner, Herbert and Letscher, David and Zomorodian, Afra},
  title = {Topological Persistence and Simplification},
  journal = {Discrete {\\&} Computational Geometry}, volume = {28}, pages = {511--533}, year = {2002}
}""",
    "cohensteiner2007": """@article{cohensteiner2007,
  author = {Cohen-Steiner, David and Edelsbrunner, Herbert and Harer, John},
  title = {Stability of Persistence Diagrams},
  journal = {Discrete {\\&} Computational Geometry}, volume = {37}, pages = {103--120}, year = {2007}
}""",
    "gabriel1969": """@article{gabriel1969,
  author = {Gabriel, K. Ruben and Sokal, Robert R.},
  title = {A New Statistical Approach to Geographic Variation Analysis},
  journal = {Systematic Zoology}, volume = {18}, number = {3}, pages = {259--278}, year = {1969}
}""",
    "tierny2018": """@article{tierny2018,
  author = {Tierny, Julien and Favelier, Guillaume and Levine, Joshua A. and Gueunet, Charles and Michaux, Michael},
  title = {The Topology ToolKit},
  journal = {IEEE Transactions on Visualization and Computer Graphics},
  volume = {24}, number = {1}, pages = {832--842}, year = {2018}
}""",
    "wales2003": """@book{wales2003,
  author = {Wales, David J.},
  title = {Energy Landscapes: With Applications to Clusters, Biomolecules and Glasses},
  publisher = {Cambridge University Press}, year = {2003}
}""",
    "nocedal2006": """@book{nocedal2006,
  author = {Nocedal, Jorge and Wright, Stephen J.},
  title = {Numerical Optimization},
  edition = {2}, publisher = {Springer}, year = {2006}
}""",
    "cerjan1981": """@article{cerjan1981,
  author = {Cerjan, Charles J. and Miller, William H.},
  title = {On finding transition states},
  journal = {The Journal of Chemical Physics}, volume = {75}, pages = {2800--2806}, year = {1981}
}""",
    "e2007": """@article{e2007,
  author = {E, Weinan and Ren, Weiqing and Vanden-Eijnden, Eric},
  title = {Simplified and improved string method for computing the minimum energy paths in barrier-crossing events},
  journal = {The Journal of Chemical Physics}, volume = {126}, pages = {164103}, year = {2007}
}""",
    "chao1987": """@article{chao1987,
  author = {Chao, Anne},
  title = {Estimating the Population Size for Capture-Recapture Data with Unequal Catchability},
  journal = {Biometrics}, volume = {43}, number = {4}, pages = {783--791}, year = {1987}
}""",
    "student1908": """@article{student1908,
  author = {Student},
  title = {The Probable Error of a Mean},
  journal = {Biometrika}, volume = {6}, number = {1}, pages = {1--25}, year = {1908}
}""",
    "kornblith2019": """@inproceedings{kornblith2019,
  author = {Kornblith, Simon and Norouzi, Mohammad and Lee, Honglak and Hinton, Geoffrey},
  title = {Similarity of Neural Network Representations Revisited},
  booktitle = {International Conference on Machine Learning},
  year = {2019}, eprint = {1905.00414}, archivePrefix = {arXiv}
}""",
    "krishnapriyan2021": """@inproceedings{krishnapriyan2021,
  author = {Krishnapriyan, Aditi and Gholami, Amir and Zhe, Shandian and Kirby, Robert and Mahoney, Michael W.},
  title = {Characterizing possible failure modes in physics-informed neural networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {34}, year = {2021}, eprint = {2109.01050}, archivePrefix = {arXiv}
}""",
    "lanczos1950": """@article{lanczos1950,
  author = {Lanczos, Cornelius},
  title = {An iteration method for the solution of the eigenvalue problem of linear differential and integral
    operators},
  journal = {Journal of Research of the National Bureau of Standards},
  volume = {45}, number = {4}, pages = {255--282}, year = {1950}
}""",
    "hutchinson1990": """@article{hutchinson1990,
  author = {Hutchinson, Michael F.},
  title = {A stochastic estimator of the trace of the influence matrix for {L}aplacian smoothing splines},
  journal = {Communications in Statistics - Simulation and Computation},
  volume = {19}, number = {2}, pages = {433--450}, year = {1990}
}""",
    "meyer2021": """@inproceedings{meyer2021,
  author = {Meyer, Raphael A. and Musco, Cameron and Musco, Christopher and Woodruff, David P.},
  title = {Hutch++: Optimal Stochastic Trace Estimation},
  booktitle = {Symposium on Simplicity in Algorithms (SOSA)}, pages = {142--155}, year = {2021},
  eprint = {2010.09649}, archivePrefix = {arXiv}
}""",
    "ubaru2017": """@article{ubaru2017,
  author = {Ubaru, Shashanka and Chen, Jie and Saad, Yousef},
  title = {Fast Estimation of tr(f(A)) via Stochastic {L}anczos Quadrature},
  journal = {SIAM Journal on Matrix Analysis and Applications},
  volume = {38}, number = {4}, pages = {1075--1099}, year = {2017}
}""",
    "yao2020": """@inproceedings{yao2020,
  author = {Yao, Zhewei and Gholami, Amir and Keutzer, Kurt and Mahoney, Michael W.},
  title = {{PyHessian}: Neural Networks Through the Lens of the {H}essian},
  booktitle = {IEEE International Conference on Big Data}, pages = {581--590}, year = {2020},
  eprint = {1912.07145}, archivePrefix = {arXiv}
}""",
    "schraudolph2002": """@article{schraudolph2002,
  author = {Schraudolph, Nicol N.},
  title = {Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent},
  journal = {Neural Computation}, volume = {14}, number = {7}, pages = {1723--1738}, year = {2002}
}""",
}
"""The keys are those that the methods paragraph cites, the values the entries in BibTeX."""
