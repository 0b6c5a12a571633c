package web

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/indicator"
	"corridor/internal/unit"
	"corridor/internal/web/systems"
)

func (s *Server) apiChecks() {
	s.apiBooks()
	s.apiFigures()
	s.apiFlows()
	s.apiLog()
	type system struct {
		ID    int    `json:"id"`
		Name  string `json:"name"`
		Job   string `json:"job"`
		State string `json:"state" enum:"works,partly,not_yet"`
		Page  string `json:"page"`
		Test  string `json:"test"`
	}
	type all struct {
		Systems []system `json:"systems"`
	}
	operate(s, "GET", "/api/v1/systems", access.SystemsRead, "The 177 systems and how far each is served", func(_ context.Context, a asked, _ *nothing) (*body[all], error) {
		var o all
		for _, x := range systems.All() {
			o.Systems = append(o.Systems, system{x.ID, x.Name.In(a.lang), x.Job.In(a.lang), string(x.State), x.Page, x.Test})
		}
		return answer(o)
	})
	type neighbour struct {
		Code    string `json:"code"`
		Name    string `json:"name"`
		URL     string `json:"url"`
		Origin  string `json:"origin"`
		Size    int64  `json:"size" doc:"leaves that are verified here"`
		Seen    string `json:"seen"`
		OK      bool   `json:"ok"`
		Late    bool   `json:"late"`
		Problem string `json:"problem" doc:"code"`
	}
	type neighbours struct {
		Neighbours []neighbour `json:"neighbours"`
	}
	operate(s, "GET", "/api/v1/neighbours", access.FederationRead, "The neighbours and how their logs stand here", func(ctx context.Context, a asked, _ *nothing) (*body[neighbours], error) {
		state, err := s.c.Federation.State(ctx)
		if err != nil {
			return nil, err
		}
		o := neighbours{Neighbours: []neighbour{}}
		for _, n := range state {
			x := neighbour{Code: n.Code, Name: n.Name.In(a.lang), URL: n.URL, Origin: n.Origin(), Size: n.Size, Seen: iso(n.Seen), OK: n.OK, Late: n.Late}
			if n.Problem != nil {
				x.Problem = n.Problem.Code
			}
			o.Neighbours = append(o.Neighbours, x)
		}
		return answer(o)
	})
}

type figureOut struct {
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	Value    json.Number   `json:"value" doc:"a count, or yuan"`
	Unit     string        `json:"unit"`
	Total    int           `json:"total" doc:"entries that make it"`
	Entries  []figureLine  `json:"entries"`
	Reported []reportedOut `json:"reported"`
}

type figureLine struct {
	Origin string         `json:"origin"`
	Index  int64          `json:"index"`
	Day    unit.Day       `json:"day"`
	Fields map[string]any `json:"fields"`
	URL    string         `json:"url" doc:"page of the entry in its own node"`
}

type reportedOut struct {
	Value    json.Number `json:"value"`
	Unit     string      `json:"unit"`
	Approx   string      `json:"approx"`
	Period   string      `json:"period"`
	Quote    string      `json:"quote"`
	Document string      `json:"document"`
	Title    string      `json:"title"`
	From     int         `json:"from"`
	To       int         `json:"to"`
	Compared string      `json:"compared" enum:"agrees,differs,unclear" doc:"with what the logs show; says nothing while unread names a log"`
	More     string      `json:"more" doc:"by how much the logs show more, in the figure's unit; empty: not known"`
}

type unreadOut struct {
	Node   string `json:"node" doc:"region code"`
	Behind int64  `json:"behind" doc:"entries that are known of and not read; 0: it was not reached yet"`
}

// unreadOf are the logs that figures are short of.
func (s *Server) unreadOf(ctx context.Context) ([]unreadOut, error) {
	out := []unreadOut{}
	all, err := s.unreadLogs(ctx)
	for _, x := range all {
		out = append(out, unreadOut{x.Code, x.Behind})
	}
	return out, err
}

func (s *Server) figureOut(a asked, f indicator.Figure) figureOut {
	o := figureOut{ID: f.ID, Title: f.Title.In(a.lang), Value: json.Number(strconv.FormatInt(f.Value, 10)), Unit: f.Unit.In(a.lang), Total: f.Total,
		Entries: []figureLine{}, Reported: []reportedOut{}}
	if f.Money() {
		o.Value = json.Number(f.Fen().Yuan())
	}
	for _, e := range s.opened(f) {
		url := e.URL
		if url[0] == '/' {
			url = a.origin() + url
		}
		o.Entries = append(o.Entries, figureLine{e.Origin, e.Index, e.Day, e.Fields, url})
	}
	for _, r := range f.Reported {
		how, off := f.Compare(r)
		more := ""
		if off != nil {
			more = strings.TrimSuffix(strings.TrimRight(off.FloatString(2), "0"), ".")
		}
		o.Reported = append(o.Reported, reportedOut{json.Number(r.Value), r.Unit, r.Approx, r.Period, r.Quote, string(r.Document), r.Title, r.From, r.To, string(how), more})
	}
	return o
}

// origin is the address by which this node was asked.
func (a asked) origin() string {
	if a.r.TLS != nil {
		return "https://" + a.r.Host
	}
	return "http://" + a.r.Host
}

func (s *Server) apiFigures() {
	type figures struct {
		Figures []figureOut `json:"figures"`
		Unread  []unreadOut `json:"unread" doc:"logs that are not read to their end, so that figures may be short of them"`
	}
	operate(s, "GET", "/api/v1/figures", access.FigureRead, "All figures", func(ctx context.Context, a asked, _ *nothing) (*body[figures], error) {
		o := figures{Figures: []figureOut{}}
		all, err := s.c.Indicators.Values(ctx, s.c.Indicators.Definitions())
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			one := s.figureOut(a, f)
			one.Entries = []figureLine{}
			o.Figures = append(o.Figures, one)
		}
		if o.Unread, err = s.unreadOf(ctx); err != nil {
			return nil, err
		}
		return answer(o)
	})
	type figureIn struct {
		ID   string `path:"id"`
		Page int    `query:"page" minimum:"1" default:"1"`
	}
	operate(s, "GET", "/api/v1/figures/{id}", access.FigureRead, "A figure with the entries that make it", func(ctx context.Context, a asked, i *figureIn) (*body[figureOut], error) {
		f, err := s.c.Indicators.Figure(ctx, i.ID, i.Page)
		if err != nil {
			return nil, err
		}
		return answer(s.figureOut(a, f))
	})
}

func (s *Server) apiLog() {
	type logIn struct {
		From int64 `query:"from" minimum:"0"`
	}
	type logLine struct {
		Index int64          `json:"index"`
		Kind  string         `json:"kind"`
		Day   unit.Day       `json:"day"`
		Leaf  map[string]any `json:"leaf"`
	}
	type logEntries struct {
		Entries []logLine `json:"entries"`
	}
	operate(s, "GET", "/api/v1/log/entries", access.LogRead, "Entries of this node's public log", func(ctx context.Context, _ asked, i *logIn) (*body[logEntries], error) {
		page, err := s.c.Log.Entries(ctx, i.From, 0)
		if err != nil {
			return nil, err
		}
		o := logEntries{Entries: []logLine{}}
		for _, e := range page {
			x := logLine{Index: e.Index, Kind: e.Kind, Day: e.Day}
			if err := json.Unmarshal(e.Leaf, &x.Leaf); err != nil {
				return nil, err
			}
			o.Entries = append(o.Entries, x)
		}
		return answer(o)
	})
	type file struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	operate(s, "GET", "/api/v1/receipts/{id}", access.ReceiptRead, "The receipt of a public entry, as text", func(ctx context.Context, a asked, i *byID) (*file, error) {
		b, _, err := s.receiptFor(ctx, a.who, i.ID)
		if err != nil {
			return nil, err
		}
		return &file{"text/plain; charset=utf-8", b}, nil
	})
}
