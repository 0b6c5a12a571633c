package web

import (
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

type recognitionPage struct {
	Lines  []recognitionLine
	May    bool // this person proposes and decides
	Form   *form
	Kinds  []option
	Narrow bool
	List   string
	Export exportView
}

// recognitionLine is an entry with what a list shows of it.
type recognitionLine struct {
	federation.Recognition
	Who    fault.Words // the jurisdiction
	Mine   bool        // this person proposed it
	Now    bool        // it counts today
	Entry  string      // address of its public entry
	Called fault.Words // what is recognised
}

var recognitionWords = map[string]fault.Words{"provider": {"服务机构", "Provider"}, "label": {"资质标识", "Label"}, "expert": {"专家库", "Expert pool"}, "listing": {"资源类别", "Kind of listing"}}

// KindWords is what the kind of an entry is called.
func (l recognitionLine) KindWords() fault.Words { return recognitionWords[l.Kind] }

// recognitions is the published list of what this jurisdiction recognises from whom, with its history.
func (v *visit) recognitions() error { return v.showRecognitions(v.blank("r")) }

func (v *visit) showRecognitions(f *form) error {
	p := recognitionPage{Form: f, Export: v.exports(), List: strings.TrimSpace(v.r.URL.Query().Get("list"))}
	p.Narrow = p.List != ""
	p.May = access.May(v.who, access.RecognitionEdit, access.Scope{Region: unit.Region(v.s.c.Node.Code)}) == nil
	for _, k := range federation.RecognitionKinds {
		p.Kinds = append(p.Kinds, option{k, recognitionWords[k].In(v.lang)})
	}
	all, err := v.s.c.Federation.Recognitions(v.ctx(), v.who)
	if err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	today := unit.DayOf(v.now(), beijing)
	for _, r := range all {
		if p.List != "" && r.List != p.List {
			continue
		}
		l := recognitionLine{Recognition: r, Who: names[r.From], Mine: r.Proposer == v.who.Person, Now: r.On(today), Called: fault.Words{r.What, r.What}}
		if r.Kind == "label" {
			l.Called = registry.LabelWords(r.What)
		}
		if l.Who[0] == "" {
			l.Who = placeName(unit.Region(r.From))
		}
		if l.Entry, err = v.entryPath(r.Leaf); err != nil {
			return err
		}
		p.Lines = append(p.Lines, l)
	}
	if v.wantsFile() {
		return v.recognitionsFile(p.Lines)
	}
	return v.show("recognitions", v.t("互认清单", "What is recognised"), p)
}

func (v *visit) recognitionsFile(lines []recognitionLine) error {
	s := &sheet{Name: "recognised", Head: []string{v.t("清单", "List"), v.t("类别", "Kind"), v.t("来自", "From"), v.t("对象", "What"), v.t("自", "Since"), v.t("至", "Until"), v.t("依据", "Basis"), v.t("已核实", "Verified"), v.t("状态", "State")}}
	for _, l := range lines {
		verified := v.t("否", "no")
		if l.Verified {
			verified = v.t("是", "yes")
		}
		if err := s.put(l.List, l.Kind, l.From, l.What, l.Since.String(), l.Until.String(), l.Basis, verified, l.State); err != nil {
			return err
		}
	}
	return v.send(s)
}

// typedRecognition reads an entry from what was typed.
func typedRecognition(get func(string) string) (r federation.Recognition, err error) {
	r = federation.Recognition{List: get("list"), Kind: get("kind"), From: get("from"), What: get("what"), Basis: get("basis"), Verified: get("verified") != "", Ends: unit.ID(get("ends"))}
	err = daysTyped(dayTyped{"since", strings.TrimSpace(get("since")), &r.Since}, dayTyped{"until", strings.TrimSpace(get("until")), &r.Until})
	return r, err
}

// proposeRecognition takes a proposal, or the decision on one.
func (v *visit) proposeRecognition() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/recognised"
	fed := v.s.c.Federation
	switch do := f.Get("do"); do {
	case "adopt", "refuse":
		if err := fed.DecideRecognition(v.ctx(), v.who, unit.ID(f.Get("id")), do == "adopt"); err != nil {
			return err
		}
		return v.to("/recognised", "recognition_"+do)
	}
	r, err := typedRecognition(f.Get)
	if err == nil {
		_, err = fed.Propose(v.ctx(), v.who, r)
	}
	if err != nil {
		if !v.refusedForm(f.on("r"), err) {
			return err
		}
		return v.showRecognitions(f)
	}
	return v.to("/recognised", "recognition")
}

// certify makes a label of an organisation a certificate, and leads back to its page.
func (v *visit) certify() error {
	code := v.r.PathValue("code")
	v.back = "/registry/" + code
	if _, _, err := v.s.certifyLabel(v, code, unit.ID(v.r.PathValue("label"))); err != nil {
		return err
	}
	return v.to("/registry/"+code+"#h-l", "certificate")
}

// labelAbroad is a label from elsewhere with what it counts for here.
type labelAbroad struct {
	registry.LabelAbroad
	Words  fault.Words   // what it is called
	Lists  []fault.Words // lists of this jurisdiction on which it stands today
	Lapsed bool
}

// certificatesOf adds to an organisation's page which of its labels are certificates, and what it shows from neighbours.
func (v *visit) certificatesOf(tx *db.Tx, p *organisationPage) (err error) {
	if v.s.c.Federation == nil {
		return nil
	}
	p.Certified = map[unit.ID]unit.ID{}
	for _, l := range p.Labels {
		leaf, err := v.s.c.Federation.Certified(v.ctx(), tx, l.ID)
		if err != nil {
			return err
		}
		if leaf != "" {
			p.Certified[l.ID] = l.ID
		}
	}
	all, err := v.s.c.Registry.LabelsAbroad(v.ctx(), tx, p.Org.Code)
	if err != nil {
		return err
	}
	today := v.s.c.Registry.Today(tx)
	for _, l := range all {
		x := labelAbroad{LabelAbroad: l, Words: l.Title, Lapsed: !l.On(today)}
		if x.Words[0] == "" {
			x.Words = registry.LabelWords(l.Label.Label)
		}
		lists, err := v.s.c.Federation.ListsOf(v.ctx(), tx, l.Node, l.Label.Label, today)
		if err != nil {
			return err
		}
		for _, name := range lists {
			x.Lists = append(x.Lists, registry.LabelWords(name))
		}
		p.Shows = append(p.Shows, x)
	}
	return nil
}

// certifyLabel gives the certificate of a label that is in the registry.
func (s *Server) certifyLabel(v *visit, code string, label unit.ID) (leaf unit.ID, o registry.Org, err error) {
	var l registry.Label
	err = s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if o, err = s.c.Registry.Org(v.ctx(), tx, code); err != nil {
			return err
		}
		all, err := s.c.Registry.Labels(v.ctx(), tx, o.Code)
		for _, x := range all {
			if x.ID == label {
				l = x
			}
		}
		return err
	})
	if err != nil {
		return "", o, err
	}
	if l.ID == "" {
		return "", o, fault.New(fault.NotFound, "web.no_page")
	}
	leaf, err = s.c.Federation.Certify(v.ctx(), v.who, access.Scope{Org: o.Code, Region: o.Region}, l.ID, federation.Certificate{Org: o.Code, Label: l.Label, Level: l.Level, Issuer: l.Issuer,
		Since: l.Since, Until: l.Until, Holder: o.Name, Title: registry.LabelWords(l.Label)})
	return leaf, o, err
}

// certificate is the file of a certificate, for anybody who has its address: all of it is public.
func (v *visit) certificate() error {
	var leaf unit.ID
	if err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		leaf, err = v.s.c.Federation.Certified(v.ctx(), tx, unit.ID(v.r.PathValue("label")))
		return err
	}); err != nil {
		return err
	}
	if leaf == "" {
		return fault.New(fault.NotFound, "web.no_page")
	}
	receipt, err := v.s.c.Log.Receipt(v.ctx(), leaf, true)
	if err != nil {
		return err
	}
	b, err := v.s.c.Federation.CertificateFile(v.ctx(), receipt)
	if err != nil {
		return err
	}
	return v.download("certificate.txt", "text/plain; charset=utf-8", b)
}

type verifyPage struct {
	Form   *form
	Sent   bool
	Shown  *federation.Shown
	Known  federation.Known
	Who    fault.Words
	False  string // the sentence of what is false
	Part   string
	Lapsed bool // its last day is over
}

func (v *visit) verifyForm() error {
	return v.show("verify", v.t("核验证明", "Check a certificate"), verifyPage{Form: v.blank("c")})
}

// verifyCertificate checks a certificate file that somebody pastes in; nothing of it is kept.
func (v *visit) verifyCertificate() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	p := verifyPage{Form: f.on("c"), Sent: true}
	text := strings.ReplaceAll(f.Get("certificate"), "\r\n", "\n")
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	shown, err := federation.VerifyCertificate([]byte(text), "")
	if err != nil {
		x := fault.Of(err)
		if x.Kind != fault.Invalid {
			return err
		}
		p.False, p.Part = x.Sentence(v.lang), x.Field
		return v.show("verify", v.t("核验证明", "Check a certificate"), p)
	}
	p.Shown = &shown
	p.Lapsed = shown.Until.Valid() && shown.Until < unit.DayOf(v.now(), beijing)
	if p.Known, err = v.s.c.Federation.KnownOf(v.ctx(), shown); err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	p.Who = names[p.Known.Peer.Code]
	return v.show("verify", v.t("核验证明", "Check a certificate"), p)
}
