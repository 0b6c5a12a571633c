package web

import (
	"bytes"
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

type orgOut struct {
	Code       string   `json:"code" doc:"unified social credit code, or local:… for a team that is not incorporated"`
	NameZH     string   `json:"name_zh"`
	NameEN     string   `json:"name_en"`
	Kind       string   `json:"kind"`
	Region     string   `json:"region"`
	Industry   string   `json:"industry"`
	Founded    unit.Day `json:"founded"`
	Controller string   `json:"controller" doc:"code of the actual controller; empty is itself"`
	Home       string   `json:"home" doc:"region code of the node that answers for it; empty is this one"`
	Synthetic  bool     `json:"synthetic" doc:"made up"`
	Since      unit.Day `json:"since" doc:"from when this is so"`
	Source     string   `json:"source"`
}

func orgOf(o registry.Org) orgOut {
	return orgOut{o.Code, o.Name[0], o.Name[1], o.Kind, string(o.Region), string(o.Industry), o.Founded, o.Controller, o.Home, o.Synthetic, o.Since, o.Source}
}

func (s *Server) apiRegistry() {
	type findIn struct {
		Q      string `query:"q" doc:"words of a name, today's or a former one, or the beginning of a code"`
		Kind   string `query:"kind"`
		Region string `query:"region" doc:"with everything in it"`
		Sort   string `query:"sort" enum:",name,code,founded"`
		Page   int    `query:"page" minimum:"1" default:"1"`
	}
	type orgsOut struct {
		Organisations []orgOut `json:"organisations"`
		Total         int      `json:"total"`
		More          bool     `json:"more" doc:"there are more than are counted: narrow the search"`
	}
	operate(s, "GET", "/api/v1/registry", access.RegistryRead, "Find organisations", func(ctx context.Context, a asked, i *findIn) (*body[orgsOut], error) {
		f, err := s.c.Registry.Search(ctx, registry.Query{Text: i.Q, Kind: i.Kind, Region: unit.Region(i.Region), Sort: registry.Sort(i.Sort), Page: i.Page, Rows: pageRows})
		if err != nil {
			return nil, err
		}
		o := orgsOut{Organisations: []orgOut{}, Total: f.Total, More: f.More}
		for _, x := range f.Orgs {
			o.Organisations = append(o.Organisations, orgOf(x))
		}
		return answer(o)
	})
	s.apiOrganisation()
	s.apiImport()
	type exportIn struct {
		Format string `query:"format" enum:"csv,xlsx" default:"csv"`
		Kind   string `query:"kind"`
		Region string `query:"region"`
	}
	operate(s, "GET", "/api/v1/registry/export", access.RegistryRead, "The organisations as a file, with the columns that an import reads", func(ctx context.Context, a asked, i *exportIn) (*fileOut, error) {
		var b bytes.Buffer
		if err := s.c.Registry.Export(ctx, &b, sheets.Format(i.Format), a.lang, unit.Region(i.Region), i.Kind); err != nil {
			return nil, err
		}
		return &fileOut{sheetType(i.Format), b.Bytes()}, nil
	})
	type templateIn struct {
		Kind   string `query:"kind" required:"true"`
		Format string `query:"format" enum:"csv,xlsx" default:"csv"`
	}
	operate(s, "GET", "/api/v1/registry/template", access.RegistryRead, "An empty file with the columns of a kind of import", func(_ context.Context, a asked, i *templateIn) (*fileOut, error) {
		var b bytes.Buffer
		if err := registry.Template(&b, i.Kind, sheets.Format(i.Format), a.lang); err != nil {
			return nil, err
		}
		return &fileOut{sheetType(i.Format), b.Bytes()}, nil
	})
}

// fileOut is an answer that is a file.
type fileOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func sheetType(format string) string {
	if format == "xlsx" {
		return xlsxType
	}
	return csvType
}

func (s *Server) apiOrganisation() {
	type orgIn struct {
		Code string `path:"code"`
		Day  string `query:"day" doc:"as it stood on a past day; today without it"`
	}
	type orgFlag struct {
		Mark   string   `json:"mark"`
		Is     bool     `json:"is"`
		Since  unit.Day `json:"since"`
		Until  unit.Day `json:"until" doc:"last day; empty is still"`
		Source string   `json:"source"`
	}
	type orgLabel struct {
		Label   string   `json:"label"`
		Level   string   `json:"level"`
		Issuer  string   `json:"issuer"`
		Since   unit.Day `json:"since"`
		Until   unit.Day `json:"until"`
		Revoked unit.Day `json:"revoked"`
		Node    string   `json:"node" doc:"that published it, where it is from elsewhere; empty is this node's own"`
		Proof   string   `json:"proof" doc:"of one from elsewhere: the leaf of that node's log"`
	}
	type orgFact struct {
		Name   string   `json:"name"`
		Value  string   `json:"value"`
		Source string   `json:"source"`
		Day    unit.Day `json:"day"`
	}
	type orgWhole struct {
		orgOut
		Flags  []orgFlag  `json:"flags"`
		Labels []orgLabel `json:"labels"`
		Facts  []orgFact  `json:"facts" doc:"what a rule would read; for the organisation itself, the desks and auditors"`
	}
	operate(s, "GET", "/api/v1/registry/{code}", access.RegistryRead, "An organisation, today or on a past day", func(ctx context.Context, a asked, i *orgIn) (*body[orgWhole], error) {
		day, err := dayIn(i.Day, "day")
		if err != nil {
			return nil, err
		}
		o := orgWhole{Flags: []orgFlag{}, Labels: []orgLabel{}, Facts: []orgFact{}}
		err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
			r := s.c.Registry
			if !day.Valid() {
				day = r.Today(tx)
			}
			org, err := r.OrgOn(ctx, tx, i.Code, day)
			if err != nil {
				return err
			}
			o.orgOut = orgOf(org)
			flags, err := r.Flags(ctx, tx, org.Code)
			if err != nil {
				return err
			}
			for _, f := range flags {
				o.Flags = append(o.Flags, orgFlag{string(f.Mark), f.Is, f.Since, f.Until, f.Source})
			}
			labels, err := r.Labels(ctx, tx, org.Code)
			if err != nil {
				return err
			}
			for _, l := range labels {
				o.Labels = append(o.Labels, orgLabel{l.Label, l.Level, l.Issuer, l.Since, l.Until, l.Revoked, "", ""})
			}
			abroad, err := r.LabelsAbroad(ctx, tx, org.Code)
			if err != nil {
				return err
			}
			for _, l := range abroad {
				o.Labels = append(o.Labels, orgLabel{l.Label.Label, l.Level, l.Issuer, l.Since, l.Until, l.Revoked, l.Node, fmt.Sprintf("%s#%d", l.Log, l.Index)})
			}
			if access.May(a.who, access.CaseRead, access.Scope{Org: org.Code, Region: org.Region}) != nil {
				return nil
			}
			facts, err := r.Facts(ctx, tx, org.Code, day)
			for _, name := range sortedKeys(facts) {
				o.Facts = append(o.Facts, orgFact{name, factText(facts[name].Value), facts[name].Source, facts[name].Day})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
}

// factText is a fact for a program: yuan, codes, true or false.
func factText(x any) string {
	if sum, ok := x.(unit.Fen); ok {
		return sum.Yuan()
	}
	return fmt.Sprint(x)
}

// importIn is a file that is taken into the registry.
type importIn struct {
	Kind    string `query:"kind" required:"true" doc:"what it holds: organisations, labels, …"`
	Name    string `query:"name" required:"true" doc:"of the file; what does not end in .xlsx is read as CSV"`
	Source  string `query:"source" doc:"who vouches for the rows that do not say it"`
	Partial bool   `query:"partial" doc:"take the good rows when some are bad"`
	Dry     bool   `query:"dry" doc:"check only"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// raw marks an input whose body is read by us.
func (importIn) raw() {}

// badCellOut is a cell that cannot be taken in.
type badCellOut struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row"`
	Column string `json:"column"`
	Header string `json:"header"`
	Text   string `json:"text"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// importOut is what an import did, or would do.
type importOut struct {
	ID      string       `json:"id" doc:"of the import; empty when nothing was written"`
	Rows    int          `json:"rows"`
	Good    int          `json:"good"`
	New     int          `json:"new"`
	Changed int          `json:"changed"`
	Same    int          `json:"same"`
	BadRows int          `json:"bad_rows"`
	Written int          `json:"written"`
	Bad     []badCellOut `json:"bad"`
	Unknown []string     `json:"unknown" doc:"columns that were left aside"`
}

// reported answers with what an import did; bad cells refuse it unless it was a check only.
func reported(rep registry.Report, err error, dry bool, lang fault.Lang) (*body[importOut], error) {
	if err != nil && (!dry || len(rep.Bad) == 0) {
		all := fault.Many{fault.Of(err)}
		for _, b := range rep.Bad {
			all = append(all, b.Fault.On(b.Place()))
		}
		if all[0].Kind == fault.Internal {
			return nil, err
		}
		return nil, all
	}
	o := importOut{string(rep.ID), rep.Rows, rep.Good, rep.New, rep.Changed, rep.Same, rep.BadRows, rep.Written, []badCellOut{}, []string{}}
	for _, b := range rep.Bad {
		o.Bad = append(o.Bad, badCellOut{b.Sheet, b.Row, b.Column, b.Header, b.Text, b.Fault.Code, b.Fault.Sentence(lang)})
	}
	o.Unknown = append(o.Unknown, rep.Unknown...)
	return answer(o)
}

func (s *Server) apiImport() {
	operate(s, "POST", "/api/v1/registry/import", access.RegistryEdit, "Take a file into the registry; a check only (dry) answers with the bad cells instead of refusing", func(ctx context.Context, a asked, i *importIn) (*body[importOut], error) {
		rep, err := s.c.Registry.Take(ctx, a.who, registry.Import{Kind: i.Kind, Name: i.Name, File: bytes.NewReader(i.RawBody), Source: i.Source, Partial: i.Partial, Dry: i.Dry})
		return reported(rep, err, i.Dry, a.lang)
	})
}
