package web

import (
	_ "embed"
	"html/template"
	"io"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Simulated is a simulation as it is printed and shown.
type Simulated struct {
	*scheme.Simulation
	Synthetic  bool               `json:"synthetic"` // the organisations are made up
	Difference *scheme.Difference `json:"difference,omitempty"`
}

//go:embed papers/simulation.html
var simulationHTML string

// SimulationPaper prints a page that needs nothing else: no script, no font, no picture from elsewhere.
func SimulationPaper(out io.Writer, x Simulated, lang fault.Lang) error {
	name := scheme.SegmentName(unit.GB2260(), x.Day(), lang)
	// The plots are drawn by our own code, with every word of them escaped.
	svg := func(b []byte) template.HTML { return template.HTML(b) }
	t := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	page, err := template.New("simulation").Funcs(template.FuncMap{"t": t, "name": name, "words": func(w fault.Words) string { return w.In(lang) },
		"rules": func() template.HTML { return svg(scheme.Bars(t("规则", "Rules"), x.RuleBars(lang))) },
		"curve": func() template.HTML { return svg(scheme.CostCurve(x.Simulation, lang)) },
		"cut":   func(cut string) template.HTML { return svg(scheme.Bars(cut, x.CutBars(cut, name))) },
		"lang":  func() string { return string(lang) }}).Parse(simulationHTML)
	if err != nil {
		return err
	}
	return page.Execute(out, x)
}
