package scheme

import (
	"bytes"
	"fmt"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Measures of the plots, in pixels.
const (
	plotWidth  = 680
	plotLabel  = 250 // room for the words of a bar
	plotBar    = 24
	plotHeight = 240 // of the curve
	plotMargin = 12
	barsMost   = 12
)

// Bar is one line of a plot: how many there are, and how many of them.
type Bar struct {
	Words     string
	Part, All int
}

// Bars draws parts of wholes. It is plain SVG with presentation attributes only, as Diagram is.
func Bars(title string, bars []Bar) []byte {
	bars = bars[:min(len(bars), barsMost)]
	most := 1
	for _, b := range bars {
		most = max(most, b.All, b.Part)
	}
	room := plotWidth - plotLabel - 130
	h := len(bars)*plotBar + plotMargin
	var w bytes.Buffer
	openPlot(&w, h, title)
	for i, b := range bars {
		y := i*plotBar + plotMargin/2
		fmt.Fprintf(&w, `<text x="%d" y="%d" text-anchor="end">%s</text>`, plotLabel-8, y+15, escaped(fitted(b.Words, plotLabel-30)))
		fmt.Fprintf(&w, `<rect x="%d" y="%d" width="%d" height="14" fill="#d5dbe3"/>`, plotLabel, y+4, b.All*room/most)
		fmt.Fprintf(&w, `<rect x="%d" y="%d" width="%d" height="14" fill="#1f5fa8"/>`, plotLabel, y+4, b.Part*room/most)
		fmt.Fprintf(&w, `<text x="%d" y="%d">%d / %d</text>`, plotLabel+max(b.All, b.Part)*room/most+6, y+15, b.Part, b.All)
		w.WriteString("\n")
	}
	w.WriteString("</svg>\n")
	return w.Bytes()
}

// CostCurve draws what is granted over the time of the edition, and the budget with the day on which it ends.
func CostCurve(x *Simulation, lang fault.Lang) []byte {
	words := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	var w bytes.Buffer
	openPlot(&w, plotHeight+40, words("累计金额", "Sum granted over time"))
	left, right, bottom := 100, plotWidth-plotMargin, plotHeight
	most := max(x.Sum, x.Budget, 1)
	yOf := func(f unit.Fen) int { return bottom - int(float64(f)/float64(most)*float64(bottom-20)) }
	fmt.Fprintf(&w, `<path d="M%d %d V%d H%d" fill="none" stroke="#555"/>`, left, 10, bottom, right)
	for _, f := range []unit.Fen{0, most / 2, most} {
		fmt.Fprintf(&w, `<text x="%d" y="%d" text-anchor="end" font-size="11">%s</text>`, left-6, yOf(f)+4, f.String())
	}
	line := fmt.Sprintf("M%d %d", left, bottom)
	for i, p := range x.Curve {
		line += fmt.Sprintf(" L%d %d", left+(i+1)*(right-left)/len(x.Curve), yOf(p.Sum))
	}
	fmt.Fprintf(&w, `<path d="%s" fill="none" stroke="#1f5fa8" stroke-width="2"/>`, line)
	if n := len(x.Curve); n > 0 {
		first, last := x.Curve[0].Day, x.Curve[n-1].Day
		fmt.Fprintf(&w, `<text x="%d" y="%d" font-size="11">%s</text><text x="%d" y="%d" font-size="11" text-anchor="end">%s</text>`,
			left, bottom+18, first, right, bottom+18, last)
	}
	if x.Budget > 0 {
		y := yOf(x.Budget)
		fmt.Fprintf(&w, `<path d="M%d %d H%d" stroke="#a33" stroke-dasharray="6 4"/><text x="%d" y="%d" fill="#a33" font-size="12">%s</text>`,
			left, y, right, left+8, y-5, escaped(words("预算", "budget")+" "+x.Budget.String()))
	}
	w.WriteString("</svg>\n")
	return w.Bytes()
}

func openPlot(w *bytes.Buffer, height int, title string) {
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13">`,
		plotWidth, height, plotWidth, height, escaped(title))
	fmt.Fprintf(w, "\n<title>%s</title>\n", escaped(title))
}

// RuleBars are the rules of a simulation for a plot: of the firms shut out, those that no other rule shuts out.
func (out *Simulation) RuleBars(lang fault.Lang) (bars []Bar) {
	for _, r := range out.Rules {
		bars = append(bars, Bar{r.Words.In(lang), r.Alone, r.Fails})
	}
	return bars
}

// CutBars are the segments of one cut for a plot; name says what a key is called.
func (out *Simulation) CutBars(cut string, name func(cut, key string) string) (bars []Bar) {
	for _, s := range out.Cuts[cut] {
		bars = append(bars, Bar{name(cut, s.Key), s.Qualify, s.Firms})
	}
	return bars
}

// SegmentName is what a key of a cut is called.
func SegmentName(regions *unit.Regions, day unit.Day, lang fault.Lang) func(cut, key string) string {
	return func(cut, key string) string {
		switch {
		case key == "":
			return fault.Words{"未知", "not known"}.In(lang)
		case cut == "city":
			return regions.Name(unit.Region(key), day).In(lang)
		case cut == "industry":
			return key + " " + unit.Industry(key).Name()
		}
		for i, from := range sizes {
			if fmt.Sprint(from) != key {
				continue
			}
			if i+1 < len(sizes) {
				return fmt.Sprintf("%d–%d", from, sizes[i+1]-1) + fault.Words{" 人", " staff"}.In(lang)
			}
			return fmt.Sprintf("%d", from) + fault.Words{" 人及以上", " staff and more"}.In(lang)
		}
		return key
	}
}

// fitted cuts words to a width.
func fitted(words string, width float64) string {
	room := width
	for i, r := range words {
		room -= letterWidth(r)
		if room < 0 {
			return words[:i] + "…"
		}
	}
	return words
}

func letterWidth(r rune) float64 {
	if r > 0x2e80 {
		return 2 * diagramLetter
	}
	return diagramLetter
}
