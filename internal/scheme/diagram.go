package scheme

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"corridor/internal/fault"
)

// Measures of the diagram, in pixels.
const (
	diagramLeft   = 16
	diagramBox    = 480 // width of a stage with its rows
	diagramHead   = 30  // height of a stage's heading
	diagramRow    = 22  // height of one row
	diagramGap    = 14  // between stages
	diagramLane   = 12  // between the lines at the right
	diagramLetter = 7.2 // width of a letter; a Han character takes nearly two
)

// box is a stage as it is drawn: a heading, and below it the rows out of it.
type box struct {
	stage string
	y     int
	rows  []Row
}

func (b box) height() int { return diagramHead + len(b.rows)*diagramRow }
func (b box) entry() int  { return b.y + diagramHead/2 }

// wire is the line from a row to the stage it leads to, in a lane of its own.
type wire struct {
	row      Row
	from, to int // heights
	lane     int
}

// Diagram draws the stages of a scheme: every stage with its rows (action, who, until when, and ¥ where money
// moves), and a line from each row to the stage it leads to. It is plain SVG without styles or scripts, so that a
// page with a strict content policy can show it, and it prints in black and white.
func Diagram(s *Scheme, lang fault.Lang) []byte {
	boxes, y := []box{}, diagramLeft
	at := map[string]box{}
	for _, stage := range s.AllStages() {
		b := box{stage: stage, y: y, rows: s.RowsFrom(stage)}
		boxes, at[stage] = append(boxes, b), b
		y += b.height() + diagramGap
	}
	wires, lanes := lanesOf(boxes, at)
	width := diagramLeft*2 + diagramBox + (lanes+2)*diagramLane
	title := s.Title.In(lang)
	var w bytes.Buffer
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" class="diagram" role="img" aria-labelledby="diagram-t" aria-describedby="diagram-d" font-family="system-ui, sans-serif" font-size="13">`,
		width, y, width, y)
	fmt.Fprintf(&w, "\n<title id=\"diagram-t\">%s</title>\n<desc id=\"diagram-d\">%s</desc>\n", escaped(title), escaped(s.told(lang)))
	for _, x := range wires {
		x.draw(&w)
	}
	for _, b := range boxes {
		s.drawBox(&w, b, lang)
	}
	w.WriteString("</svg>\n")
	return w.Bytes()
}

// told is the diagram in words, for who does not see it: how many stages there are, where it begins, and each row.
func (s *Scheme) told(lang fault.Lang) string {
	sep, arrow := fault.Words{"；", "; "}.In(lang), fault.Words{"，", ", "}.In(lang)
	parts := []string{fault.Words{fmt.Sprintf("共 %d 个阶段，从“%s”开始", len(s.AllStages()), s.Say(s.Start())[0]),
		fmt.Sprintf("%d stages, beginning with %s", len(s.AllStages()), s.Say(s.Start())[1])}.In(lang)}
	for _, r := range s.Stages {
		text := s.Say(r.From).In(lang) + " → " + s.Say(r.To).In(lang) + fault.Words{"：", ": "}.In(lang) + s.Say(r.Action).In(lang) + arrow + s.whoSays(r, lang)
		if clock := s.clockSays(r, lang); clock != "" {
			text += arrow + clock
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, sep) + fault.Words{"。", "."}.In(lang)
}

// lanesOf gives each line the first lane in which it meets no other that leads to another stage.
func lanesOf(boxes []box, at map[string]box) (wires []wire, lanes int) {
	for _, b := range boxes {
		for i, r := range b.rows {
			wires = append(wires, wire{row: r, from: b.y + diagramHead + i*diagramRow + diagramRow/2, to: at[r.To].entry()})
		}
	}
	var used [][]wire
	for i := range wires {
		lane := 0
		for ; lane < len(used); lane++ {
			if free(used[lane], wires[i]) {
				break
			}
		}
		if lane == len(used) {
			used = append(used, nil)
		}
		wires[i].lane = lane
		used[lane] = append(used[lane], wires[i])
	}
	return wires, len(used)
}

func free(lane []wire, w wire) bool {
	for _, o := range lane {
		if o.row.To != w.row.To && min(o.from, o.to) <= max(w.from, w.to) && min(w.from, w.to) <= max(o.from, o.to) {
			return false
		}
	}
	return true
}

func (x wire) draw(w *bytes.Buffer) {
	edge := diagramLeft + diagramBox
	lane := edge + (x.lane+2)*diagramLane
	dash := ""
	if !x.row.ByPerson() {
		dash = ` stroke-dasharray="4 3"`
	}
	fmt.Fprintf(w, `<path d="M%d %d H%d V%d H%d" fill="none" stroke="#5b6b7a" stroke-width="1.2"%s/>`, edge, x.from, lane, x.to, edge+8, dash)
	fmt.Fprintf(w, `<path d="M%d %d l9 -4 v8 z" fill="#5b6b7a"/>`+"\n", edge, x.to)
}

// endWords says what an end means.
var endWords = map[End]fault.Words{
	Granted: {"结束：已给予", "end: granted"}, Refused: {"结束：不予", "end: refused"}, Ended: {"结束", "end"},
}

// endFill is the heading's colour; the words say the same.
var endFill = map[End]string{Granted: "#d9efe0", Refused: "#f6dcd8", Ended: "#e6e8eb", "": "#dfe9f5"}

func (s *Scheme) drawBox(w *bytes.Buffer, b box, lang fault.Lang) {
	end, _ := s.IsEnd(b.stage)
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="5" fill="#ffffff" stroke="#8797a6"/>`, diagramLeft, b.y, diagramBox, b.height())
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="5" fill="%s" stroke="#8797a6"/>`, diagramLeft, b.y, diagramBox, diagramHead, endFill[end])
	head := s.Say(b.stage).In(lang)
	if b.stage == s.Start() {
		head = "● " + head
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" font-weight="600" fill="#1b2733">%s</text>`, diagramLeft+10, b.y+20, escaped(fit(head, 300)))
	if end != "" {
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end" fill="#1b2733">%s</text>`, diagramLeft+diagramBox-10, b.y+20, escaped(endWords[end].In(lang)))
	}
	for i, r := range b.rows {
		y := b.y + diagramHead + i*diagramRow + 15
		action := s.Say(r.Action).In(lang)
		if len(s.MoneyAt(r.Action)) > 0 {
			action += " ¥"
		}
		fmt.Fprintf(w, `<text x="%d" y="%d" fill="#1b2733">%s</text>`, diagramLeft+10, y, escaped(fit(action, 196)))
		fmt.Fprintf(w, `<text x="%d" y="%d" fill="#3d4c5a">%s</text>`, diagramLeft+222, y, escaped(fit(s.whoSays(r, lang), 122)))
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end" fill="#3d4c5a">%s</text>`, diagramLeft+diagramBox-10, y, escaped(fit(s.clockSays(r, lang), 108)))
	}
	w.WriteString("\n")
}

// whoSays is who takes a row.
func (s *Scheme) whoSays(r Row, lang fault.Lang) string {
	var parts []string
	for _, w := range r.Who {
		switch w {
		case "clock":
			parts = append(parts, fault.Words{"到期", "time is up"}.In(lang))
		case "itself":
			parts = append(parts, fault.Words{"条件成立时", "by itself"}.In(lang))
		case "round":
			parts = append(parts, fault.Words{"批次", "in a round"}.In(lang))
		default:
			parts = append(parts, s.Say(w).In(lang))
		}
	}
	return strings.Join(parts, fault.Words{"或", " or "}.In(lang))
}

// clockSays is the clock of a row as a term.
func (s *Scheme) clockSays(r Row, lang fault.Lang) string {
	p, ok := s.Params.Get(r.Clock)
	if name, _, ofForm := formFact(r.Clock); ofForm {
		f, _ := s.Field(name)
		return f.Words.In(lang)
	}
	if !ok {
		return ""
	}
	if p.By != "" {
		return fault.Words{"按情形", "as the case is"}.In(lang)
	}
	return p.Value.In(lang)
}

// fit shortens a text to a width.
func fit(text string, width float64) string {
	used := 0.0
	for i, r := range text {
		step := diagramLetter
		if wide(r) {
			step *= 1.85
		}
		if used += step; used > width {
			return text[:i] + "…"
		}
	}
	return text
}

func escaped(text string) string {
	var b bytes.Buffer
	if xml.EscapeText(&b, []byte(text)) != nil {
		return ""
	}
	return b.String()
}
