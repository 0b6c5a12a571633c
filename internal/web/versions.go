package web

import (
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

type fileVersionsPage struct {
	All   []fileVersionView
	Keep  bool
	Form  *form
	Draft *fileVersionView
	Note  string // the draft with this node's signature
}

// fileVersionView is a version with its differences and signers in words.
type fileVersionView struct {
	federation.Version
	Lines           []fileChangeLine
	Signers, Others []fault.Words
}

type fileChangeLine struct {
	Where    fault.Words
	Old, New string
}

var changeWords = map[string]fault.Words{"title": {"名称", "title"}, "from": {"生效日", "first day"}, "quorum": {"下一版须签", "signatures for the next"}, "witnesses": {"见证数", "witnesses wanted"},
	"once": {"一次使用约定", "terms of used once"}, "joined": {"加入", "joins"}, "left": {"退出", "leaves"}, "name": {"节点名称", "name"}, "url": {"地址", "address"}, "keys": {"公钥", "keys"},
	"witness": {"见证公钥", "key of the witness"}, "hosts": {"承载地区", "regions hosted"}, "outside": {"答复外地销售方", "answers for sellers outside"}}

func viewOfVersion(x federation.Version, names map[string]fault.Words) *fileVersionView {
	called := func(code string) fault.Words {
		if w, ok := names[code]; ok {
			return w
		}
		return fault.Words{code, code}
	}
	view := &fileVersionView{Version: x}
	for _, c := range x.Changes {
		w := changeWords[c.What]
		if c.Node != "" {
			n := called(c.Node)
			w = fault.Words{n[0] + "：" + w[0], n[1] + ": " + w[1]}
		}
		view.Lines = append(view.Lines, fileChangeLine{w, c.Old, c.New})
	}
	for _, code := range x.By {
		view.Signers = append(view.Signers, called(code))
	}
	for _, code := range x.Missing {
		view.Others = append(view.Others, called(code))
	}
	return view
}

// versions lists the versions of the community file with who signed them and what each changed, and reads a draft of the next.
func (v *visit) versions() error { return v.showVersions(fileVersionsPage{Form: v.blank("d")}, nil) }

func (v *visit) showVersions(p fileVersionsPage, draft *federation.Version) error {
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	all, err := v.s.c.Federation.Versions(v.ctx())
	if err != nil {
		return err
	}
	for _, x := range all {
		p.All = append(p.All, *viewOfVersion(x, names))
	}
	if draft != nil {
		for _, n := range draft.Nodes {
			if _, known := names[n.Code]; !known {
				names[n.Code] = n.Name
			}
		}
		p.Draft = viewOfVersion(*draft, names)
	}
	p.Keep = access.MaySomewhere(v.who, access.FederationKeep) == nil
	v.under("/neighbours", "邻站", "Neighbours")
	return v.show("versions", v.t("共同体文件各版本", "Versions of the community file"), p)
}

// draftVersion shows what a draft of the next version changes and who has signed it; or signs it for this node, or takes it in.
func (v *visit) draftVersion() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/community/versions"
	fed, note := v.s.c.Federation, []byte(strings.ReplaceAll(f.Get("note"), "\r\n", "\n"))
	p := fileVersionsPage{Form: f.on("d")}
	var d federation.Version
	switch f.Get("do") {
	case "take":
		_, err = fed.TakeCommunity(v.ctx(), v.who, note)
		if err == nil {
			return v.to("/community/versions", "community")
		}
	case "sign":
		d, err = fed.SignDraft(v.ctx(), v.who, note)
		p.Note = d.Signed
	default:
		d, err = fed.Draft(v.ctx(), v.who, note)
	}
	if err != nil {
		if !v.refusedForm(p.Form, fault.Of(err).On("note").Because(err)) {
			return err
		}
		return v.showVersions(p, nil)
	}
	return v.showVersions(p, &d)
}
