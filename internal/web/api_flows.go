package web

import (
	"cmp"
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/indicator"
	"corridor/internal/unit"
)

// flowsIn narrows purchases.
type flowsIn struct {
	User   string `query:"user" doc:"place of the firms, six digits; a province or a city stands for everything in it"`
	Host   string `query:"host" doc:"place of the providers"`
	Year   int    `query:"year" minimum:"0" doc:"0 is every year"`
	Across bool   `query:"across" doc:"only what was bought across the border of a province"`
}

func (i flowsIn) query() (q indicator.FlowQuery, err error) {
	q.Year, q.Across = i.Year, i.Across
	if i.User != "" {
		if q.User, err = unit.ParseRegion(i.User); err != nil {
			return q, err
		}
	}
	if i.Host != "" {
		q.Host, err = unit.ParseRegion(i.Host)
	}
	return q, err
}

// flowFigureOut is a figure: how many, and how much.
type flowFigureOut struct {
	User  string   `json:"user,omitempty" doc:"place of the firms"`
	Host  string   `json:"host,omitempty" doc:"place of the providers"`
	Place string   `json:"place,omitempty"`
	Count int      `json:"count"`
	Sum   unit.Fen `json:"sum" doc:"yuan"`
}

// flowFiguresOf are the figures of places, by their codes.
func flowFiguresOf(all map[unit.Region]indicator.Cell) []flowFigureOut {
	out := []flowFigureOut{}
	for r, c := range all {
		out = append(out, flowFigureOut{Place: string(r), Count: c.N, Sum: c.Sum})
	}
	slices.SortFunc(out, func(a, b flowFigureOut) int { return cmp.Compare(a.Place, b.Place) })
	return out
}

// apiFlows are the operations of who uses whose resources.
func (s *Server) apiFlows() {
	type flowsOut struct {
		All     flowFigureOut   `json:"all"`
		Across  flowFigureOut   `json:"across" doc:"firm and provider in different provinces"`
		Between []flowFigureOut `json:"between" doc:"by province of the firm, province of the provider"`
		Users   []flowFigureOut `json:"users" doc:"by place of the firm"`
		Hosts   []flowFigureOut `json:"hosts" doc:"by place of the provider"`
		Years   []int           `json:"years"`
	}
	operate(s, "GET", "/api/v1/flows", access.FigureRead, "Who buys services of whom with vouchers, added up from the public logs", func(ctx context.Context, a asked, i *flowsIn) (*body[flowsOut], error) {
		q, err := i.query()
		if err != nil {
			return nil, err
		}
		f, err := s.c.Indicators.Flows(ctx, q)
		if err != nil {
			return nil, err
		}
		o := flowsOut{All: flowFigureOut{Count: f.All.N, Sum: f.All.Sum}, Across: flowFigureOut{Count: f.Across.N, Sum: f.Across.Sum}, Between: []flowFigureOut{}, Users: flowFiguresOf(f.Users), Hosts: flowFiguresOf(f.Hosts), Years: append([]int{}, f.Years...)}
		for pair, c := range f.Between {
			o.Between = append(o.Between, flowFigureOut{User: string(pair[0]), Host: string(pair[1]), Count: c.N, Sum: c.Sum})
		}
		slices.SortFunc(o.Between, func(a, b flowFigureOut) int { return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Host, b.Host)) })
		return answer(o)
	})
	type flowEntriesIn struct {
		User   string `query:"user" doc:"place of the firms, six digits; a province or a city stands for everything in it"`
		Host   string `query:"host" doc:"place of the providers"`
		Year   int    `query:"year" minimum:"0" doc:"0 is every year"`
		Across bool   `query:"across" doc:"only what was bought across the border of a province"`
		Page   int    `query:"page" minimum:"1" default:"1"`
	}
	type flowBoughtOut struct {
		Origin  string   `json:"origin" doc:"the log that it stands in"`
		Index   int64    `json:"index"`
		URL     string   `json:"url"`
		Day     unit.Day `json:"day"`
		User    string   `json:"user"`
		Host    string   `json:"host"`
		Service string   `json:"service"`
		Sum     unit.Fen `json:"sum" doc:"yuan"`
	}
	type flowEntriesOut struct {
		Entries []flowBoughtOut `json:"entries"`
		Total   int             `json:"total"`
	}
	operate(s, "GET", "/api/v1/flows/entries", access.FigureRead, "The entries behind a figure of the flows, the newest first", func(ctx context.Context, a asked, i *flowEntriesIn) (*body[flowEntriesOut], error) {
		q, err := flowsIn{i.User, i.Host, i.Year, i.Across}.query()
		if err != nil {
			return nil, err
		}
		rows, total, err := s.c.Indicators.Purchases(ctx, q, i.Page)
		if err != nil {
			return nil, err
		}
		o := flowEntriesOut{Entries: []flowBoughtOut{}, Total: total}
		for _, x := range rows {
			_, _, at := s.entryAt(x.Origin, x.Index)
			if at[0] == '/' {
				at = a.origin() + at
			}
			o.Entries = append(o.Entries, flowBoughtOut{x.Origin, x.Index, at, x.Day, string(x.User), string(x.Host), x.Service, x.Sum})
		}
		return answer(o)
	})
	type figurePlacesIn struct {
		ID string `path:"id"`
	}
	type figurePlacesOut struct {
		Places []flowFigureOut `json:"places"`
	}
	operate(s, "GET", "/api/v1/figures/{id}/places", access.FigureRead, "Where what an indicator counts is; for indicators of things that stand, such as listings", func(ctx context.Context, a asked, i *figurePlacesIn) (*body[figurePlacesOut], error) {
		all, err := s.c.Indicators.Places(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		return answer(figurePlacesOut{flowFiguresOf(all)})
	})
}
