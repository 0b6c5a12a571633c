package web

import (
	"strings"

	"corridor/internal/fault"
	"corridor/internal/federation"
)

// trustPage is what this node relies on: the logs that it follows and how they stand, and every key by which it checks.
type trustPage struct {
	All    []trustLine
	Keys   []federation.KnownKey
	Epochs []epochView // new epochs of logs
	Export exportView
	Lists  exportView // of the keys
}

// trustLine is a neighbour with what people should know of it.
type trustLine struct {
	neighbourView
	Warnings []string
}

// warnings are what does not hold of a neighbour now, in the language of the page.
func (v *visit) warnings(n federation.Neighbour) (out []string) {
	if n.Problem != nil {
		out = append(out, n.Problem.Sentence(v.lang))
	}
	if n.Trouble != nil && (n.Problem == nil || n.Trouble.Code != n.Problem.Code) {
		out = append(out, n.Trouble.Sentence(v.lang))
	}
	if n.Late && !n.Seen.IsZero() {
		out = append(out, v.t("一分钟以上没有正常回答", "no proper answer for over a minute"))
	}
	if n.Wanted > len(n.Witnesses) && n.Size > 0 {
		out = append(out, v.t("见证签名不足", "too few cosignatures"))
	}
	if n.Refused > 0 {
		out = append(out, v.t("有资源未收入", "some of what it publishes was not taken in"))
	}
	for _, m := range n.Mirrors {
		if m.Problem != "" {
			out = append(out, v.t("收入暂停：", "taking in is held up: ")+m.Problem)
		}
	}
	if strings.HasPrefix(n.URL, "http://") {
		out = append(out, v.t("没有 TLS", "no TLS"))
	}
	return out
}

func (v *visit) trust() error {
	f := v.s.c.Federation
	all, err := f.State(v.ctx())
	if err != nil {
		return err
	}
	p := trustPage{Export: v.exports()}
	for _, n := range all {
		x := trustLine{neighbourView{Neighbour: n}, v.warnings(n)}
		if _, x.Shown, err = v.takenOf(n.Code); err != nil {
			return err
		}
		p.All = append(p.All, x)
	}
	if p.Keys, err = f.KnownKeys(v.ctx(), v.s.c.Node.Name); err != nil {
		return err
	}
	p.Lists = exportView{p.Export.CSV + "&list=keys", p.Export.XLSX + "&list=keys"}
	if p.Epochs, err = v.epochViews(); err != nil {
		return err
	}
	if v.wantsFile() {
		if v.r.URL.Query().Get("list") == "keys" {
			return v.keysFile(p.Keys)
		}
		return v.trustFile(p.All)
	}
	return v.show("trust", v.t("信任", "Trust"), p)
}

func (v *visit) trustFile(all []trustLine) error {
	s := &sheet{Name: "trust", Head: []string{v.t("代码", "Code"), v.t("邻站", "Neighbour"), v.t("地址", "Address"), v.t("日志", "Log"), v.t("已核验条数", "Leaves verified"),
		v.t("最近检查", "Last check"), v.t("最近正常回答", "Last good answer"), v.t("见证签名", "Cosignatures"), v.t("需要", "Wanted"), v.t("收入资源", "Listings taken in"), v.t("警示", "Warnings")}}
	for _, n := range all {
		if err := s.put(n.Code, n.Name.In(v.lang), n.URL, n.Origin(), n.Size, iso(n.Tried), iso(n.Seen), int64(len(n.Witnesses)), int64(n.Wanted), int64(n.Shown), strings.Join(n.Warnings, "; ")); err != nil {
			return err
		}
	}
	return v.send(s)
}

// keyUses are what keys are for.
var keyUses = map[string]fault.Words{federation.KeyOfLog: {"日志", "Log"}, federation.KeyOfWitness: {"见证", "Witness"}, federation.KeyOfLetters: {"信件", "Letters"}}

// UseOf is what a key is for, in words.
func (trustPage) UseOf(k federation.KnownKey) fault.Words { return keyUses[k.Use] }

func (v *visit) keysFile(all []federation.KnownKey) error {
	s := &sheet{Name: "keys", Head: []string{v.t("代码", "Code"), v.t("节点", "Node"), v.t("用途", "Use"), v.t("名称", "Name"), v.t("算法", "Algorithm"), v.t("指纹", "Fingerprint"), v.t("自", "From"), v.t("至", "Until"), v.t("今天有效", "Counts today")}}
	for _, k := range all {
		from, until := "", ""
		if k.From.Valid() {
			from = k.From.String()
		}
		if k.Until.Valid() {
			until = k.Until.String()
		}
		counts := v.t("否", "no")
		if k.Counts {
			counts = v.t("是", "yes")
		}
		if err := s.put(k.Code, k.Name.In(v.lang), keyUses[k.Use].In(v.lang), k.Called, k.Algorithm, k.Fingerprint, from, until, counts); err != nil {
			return err
		}
	}
	return v.send(s)
}
