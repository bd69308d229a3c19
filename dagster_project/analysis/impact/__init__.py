"""Whether an initiative worked: `analysis.initiative_window`, `initiative_impact` and `initiative_risk`.

What belongs here, in order: scope.py what an initiative says it covers, windows.py which dates are compared,
measures.py which cases a KPI is made of, cases.py their sums by week, estimate.py the difference-in-differences,
verdict.py what it means, impact.py all of it together, risks.py the risk register beside it. The method:
docs/analysis-impact.md.
"""
