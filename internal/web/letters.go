package web

import (
	"bytes"
	"encoding/json"
	"io"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

type lettersPage struct {
	Lines  []letterLine
	Turned []turnedLine
	Next   string // address of the older ones
	Form   *form  // what the list is narrowed to
	Peers  []option
	Ways   []option
	States []option
	Narrow bool
	Export exportView
	Keep   bool // this person manages the neighbours
	Write  *form
	To     []option
	Key    federation.LetterKey
	Behind []behindLine // neighbours of which letters are still to be fetched back
}

// letterLine is a letter with what of it a list shows.
type letterLine struct {
	federation.Letter
	Who     fault.Words // the other node
	Subject string      // of a note
	Waits   string      // what keeps it waiting, of the last attempt
}

type behindLine struct {
	federation.Behind
	Who fault.Words
}

type turnedLine struct {
	federation.Turned
	Who fault.Words
}

// letterKinds are the kinds that have words; another is shown by its own name.
var letterKinds = map[string]fault.Words{federation.NoteKind: {"公务函", "Note"},
	casework.LetterShadow: {"办件情况", "How a case stands"}, casework.LetterAct: {"办理步骤", "Step in a case"}}

// KindWords is what a kind of letter is called.
func (l letterLine) KindWords() fault.Words {
	if w, ok := letterKinds[l.Kind]; ok {
		return w
	}
	return fault.Words{l.Kind, l.Kind}
}

// peerWords are the names of the neighbours by their code.
func (v *visit) peerWords() (map[string]fault.Words, []option, error) {
	all, err := v.s.c.Federation.Rail(v.ctx())
	if err != nil {
		return nil, nil, err
	}
	names, list := map[string]fault.Words{}, []option{}
	for _, n := range all {
		names[n.Code] = n.Name
		list = append(list, option{n.Code, n.Name.In(v.lang)})
	}
	return names, list, nil
}

func (v *visit) letterLine(l federation.Letter, names map[string]fault.Words) letterLine {
	x := letterLine{Letter: l, Who: fault.Words{l.Peer, l.Peer}, Waits: l.Problem}
	if w, ok := names[l.Peer]; ok {
		x.Who = w
	}
	var n federation.Note
	if l.Kind == federation.NoteKind && json.Unmarshal(l.Body, &n) == nil {
		x.Subject = n.Subject
	}
	return x
}

// letters lists what this node and its neighbours wrote to each other, with how far each letter is.
func (v *visit) letters() error { return v.showLetters(v.blank("w")) }

func (v *visit) showLetters(write *form) error {
	f := v.asked()
	q := federation.LetterQuery{Peer: f.text("peer"), Kind: f.text("kind"), State: f.text("state"), Way: f.text("way"), After: f.Get("after")}
	if write.Sent() {
		q = federation.LetterQuery{}
	}
	names, peers, err := v.peerWords()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.lettersFile(q, names)
	}
	p := lettersPage{Form: f, Export: v.exports(), Write: write, To: peers, Narrow: q.Peer+q.Kind+q.State+q.Way != "",
		Peers:  append([]option{{"", v.t("全部邻站", "every neighbour")}}, peers...),
		Ways:   []option{{"", v.t("来信和去信", "both ways")}, {"out", v.t("去信", "written here")}, {"in", v.t("来信", "received")}},
		States: []option{{"", v.t("全部状态", "every state")}, {federation.LetterWaiting, v.t("等回复", "waiting")}, {federation.LetterDone, v.t("已办", "done")}, {federation.LetterRefused, v.t("被拒", "refused")}},
	}
	fed := v.s.c.Federation
	all, next, err := fed.Letters(v.ctx(), v.who, q)
	if err != nil && !v.refusedForm(f, err) {
		return err
	}
	for _, l := range all {
		p.Lines = append(p.Lines, v.letterLine(l, names))
	}
	if next != "" {
		p.Next = v.filterLink("after", next)
	}
	turned, err := fed.TurnedAway(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, x := range turned {
		p.Turned = append(p.Turned, turnedLine{x, names[x.Peer]})
	}
	behind, err := fed.LettersBehind(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, b := range behind {
		p.Behind = append(p.Behind, behindLine{b, names[b.Peer]})
	}
	p.Keep = access.MaySomewhere(v.who, access.FederationKeep) == nil
	if p.Key, err = fed.OwnLetterKey(v.ctx()); err != nil {
		return err
	}
	return v.show("letters", v.t("节点间信件", "Letters between nodes"), p)
}

// lettersFile is the whole of what the list is narrowed to, without what the letters say.
func (v *visit) lettersFile(q federation.LetterQuery, names map[string]fault.Words) error {
	s := &sheet{Name: "letters", Head: []string{v.t("时间", "Written"), v.t("方向", "Way"), v.t("邻站", "Neighbour"), v.t("编号", "Number"), v.t("类别", "Kind"),
		v.t("状态", "State"), v.t("答复时间", "Answered"), v.t("次数", "Attempts"), v.t("原因", "Reason"), v.t("摘要", "Digest"), v.t("信件号", "Id")}}
	for q.After = ""; ; {
		all, next, err := v.s.c.Federation.Letters(v.ctx(), v.who, q)
		if err != nil {
			return err
		}
		for _, l := range all {
			x := v.letterLine(l, names)
			way, answered, why := "in", "", x.Waits+x.Refusal.In(v.lang)
			if l.Out {
				way = "out"
			}
			if !l.Answered.IsZero() {
				answered = iso(l.Answered)
			}
			if err := s.put(iso(l.Made), way, x.Who.In(v.lang), l.N, l.Kind, l.State, answered, int64(l.Attempts), why, l.Digest, string(l.ID)); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return v.send(s)
		}
	}
}

type letterPage struct {
	Letter letterLine
	Note   federation.Note
	Body   string // as it was written, for a letter that is no note
	Answer string
}

// letter is one letter with all that it says and what was answered.
func (v *visit) letter() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	l, err := v.s.c.Federation.Letter(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	names, _, err := v.peerWords()
	if err != nil {
		return err
	}
	p := letterPage{Letter: v.letterLine(l, names)}
	if l.Kind == federation.NoteKind {
		_ = json.Unmarshal(l.Body, &p.Note)
	} else {
		p.Body = indented(l.Body)
	}
	if answer := indented(l.Answer); answer != "{}" && answer != "null" {
		p.Answer = answer
	}
	v.under("/letters", "节点间信件", "Letters between nodes")
	title := p.Note.Subject
	if title == "" {
		title = p.Letter.KindWords().In(v.lang)
	}
	return v.show("letter", title, p)
}

func indented(b []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return string(b)
	}
	return out.String()
}

// writeLetter sends a note, or makes a new key for letters.
func (v *visit) writeLetter() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/letters"
	switch f.Get("do") {
	case "key", "key_alone":
		if _, err := v.s.c.Federation.RotateLetterKey(v.ctx(), v.who, f.Get("do") == "key_alone"); err != nil {
			return err
		}
		return v.to("/letters#key", "letter_key")
	}
	if _, err := v.s.c.Federation.WriteNote(v.ctx(), v.who, f.Get("to"), federation.Note{Subject: f.text("subject"), Text: f.text("text")}); err != nil {
		if !v.refusedForm(f.on("w"), err) {
			return err
		}
		return v.showLetters(f)
	}
	return v.to("/letters", "letter")
}

// takeLetter is the door for letters of other nodes. Its answers and refusals are for their programs.
func (v *visit) takeLetter() error {
	body, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	answer, err := v.s.c.Federation.Receive(v.ctx(), v.r, body, v.w.Header())
	if err != nil {
		return err
	}
	v.w.Header().Set("Cache-Control", "no-store")
	_, err = v.w.Write(answer)
	return err
}

// clearNeighbour takes a neighbour's problem away after a person has looked.
func (v *visit) clearNeighbour() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	code := v.r.PathValue("code")
	v.back = "/neighbours/" + code
	if err := v.s.c.Federation.Clear(v.ctx(), v.who, code, f.text("reason")); err != nil {
		return err
	}
	return v.to("/neighbours", "neighbour_clear")
}

// giveLetters is the door for a neighbour that was set back and fetches its letters back.
func (v *visit) giveLetters() error {
	body, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	held, err := v.s.c.Federation.HeldLetters(v.ctx(), v.r, body)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.Header().Set("Cache-Control", "no-store")
	_, err = v.w.Write(held)
	return err
}
