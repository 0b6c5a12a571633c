package web

import (
	"context"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
	"corridor/internal/unit"
)

type runOut struct {
	ID         string   `json:"id"`
	Instrument string   `json:"instrument"`
	LogNo      string   `json:"log_no"`
	From       string   `json:"from"`
	To         string   `json:"to"`
	Minutes    int      `json:"minutes" doc:"effective ones"`
	Class      string   `json:"class" enum:"open,unsure,inside,outside,void"`
	Booking    string   `json:"booking" doc:"empty where none explains it"`
	User       string   `json:"user" doc:"credit code"`
	Over       int      `json:"minutes_outside_booking"`
	Price      unit.Fen `json:"price" doc:"yuan"`
	Record     string   `json:"record" enum:"unsent,sent,failed"`
	Sheet      string   `json:"sheet"`
}

func runOutOf(r usage.Run) runOut {
	return runOut{string(r.ID), string(r.Instrument), r.LogNo, iso(r.From), iso(r.To), r.Minutes, string(r.Class), string(r.Booking), r.UserOrg, r.Over, r.Price, r.Record, string(r.Sheet)}
}

// apiUsage are the operations on machine logs, hours and samples.
func (s *Server) apiUsage() {
	s.apiSamples()
	s.apiImports()
	type runsIn struct {
		Org   string `query:"org" required:"true" doc:"credit code of the owner"`
		Month string `query:"month" required:"true" doc:"2026-05"`
		Class string `query:"class"`
		Page  int    `query:"page" minimum:"1"`
	}
	type usageRuns struct {
		Runs  []runOut `json:"runs"`
		Total int      `json:"total"`
	}
	operate(s, "GET", "/api/v1/usage/runs", access.BookingManage, "The runs of an owner's instruments in a month", func(ctx context.Context, a asked, i *runsIn) (*body[usageRuns], error) {
		all, total, err := s.c.Usage.Runs(ctx, a.who, usage.Query{Owner: i.Org, Month: i.Month, Class: usage.Class(i.Class), Page: max(i.Page, 1)})
		if err != nil {
			return nil, err
		}
		o := usageRuns{Runs: []runOut{}, Total: total}
		for _, r := range all {
			o.Runs = append(o.Runs, runOutOf(r))
		}
		return answer(o)
	})
	type runIn struct {
		Instrument string    `json:"instrument" doc:"id of the listing"`
		LogNo      string    `json:"log_no" doc:"the machine's own number; the same again with the same content is passed over"`
		From       time.Time `json:"from"`
		To         time.Time `json:"to"`
		Minutes    int       `json:"minutes,omitempty" doc:"effective; all of it where none is given"`
		Account    string    `json:"account,omitempty"`
		Samples    int       `json:"samples,omitempty"`
		Project    string    `json:"project,omitempty"`
		Direction  string    `json:"direction,omitempty" doc:"135 research, 136 development, 137 teaching, 138 other"`
	}
	type logTakenIn struct {
		Body struct {
			Runs []runIn `json:"runs" minItems:"1"`
		}
	}
	type logTakenOut struct {
		Taken int `json:"taken" doc:"how many are new"`
	}
	operate(s, "POST", "/api/v1/usage/runs", access.BookingManage, "Enter runs of machine logs, all or none", func(ctx context.Context, a asked, i *logTakenIn) (*body[logTakenOut], error) {
		var all []usage.Entry
		for _, e := range i.Body.Runs {
			all = append(all, usage.Entry{Instrument: unit.ID(e.Instrument), LogNo: e.LogNo, From: e.From, To: e.To, Minutes: e.Minutes, Account: e.Account, Samples: e.Samples, Project: e.Project, Direction: e.Direction})
		}
		n, err := s.c.Usage.Take(ctx, a.who, all)
		if err != nil {
			return nil, err
		}
		return answer(logTakenOut{n})
	})
	type usageYearIn struct {
		Org  string `query:"org" required:"true" doc:"credit code of the owner"`
		Year int    `query:"year" required:"true"`
	}
	type hoursOut struct {
		Instrument  string   `json:"instrument"`
		OwnNo       string   `json:"own_no"`
		Title       string   `json:"title"`
		Runs        int      `json:"runs"`
		Effective   int      `json:"effective_minutes"`
		Outside     int      `json:"outside_minutes"`
		Waiting     int      `json:"waiting_minutes" doc:"of runs that nobody has settled; they count for nothing"`
		Utilisation string   `json:"utilisation" doc:"effective hours over the standard hours of a year"`
		Sharing     string   `json:"sharing" doc:"outside hours over effective hours"`
		Income      unit.Fen `json:"income" doc:"yuan, of outside runs"`
		Idle        bool     `json:"idle"`
	}
	type usageYearOut struct {
		Standard int64      `json:"standard_hours"`
		Basis    string     `json:"basis"`
		Missing  int        `json:"bookings_without_run"`
		Asked    int        `json:"requests"`
		Accepted int        `json:"accepted"`
		Hours    []hoursOut `json:"instruments"`
	}
	operate(s, "GET", "/api/v1/usage/year", access.BookingManage, "What an owner's instruments did in a year", func(ctx context.Context, a asked, i *usageYearIn) (*body[usageYearOut], error) {
		y, err := s.c.Usage.OfYear(ctx, a.who, i.Org, i.Year)
		if err != nil {
			return nil, err
		}
		o := usageYearOut{Standard: y.Rules.StandardHours.Value, Basis: y.Rules.StandardHours.Basis.In(a.lang), Missing: y.Missing, Asked: y.Answers.Asked, Accepted: y.Answers.Accepted, Hours: []hoursOut{}}
		for _, h := range y.Hours {
			o.Hours = append(o.Hours, hoursOut{string(h.ID), h.OwnNo, h.Title.In(a.lang), h.Runs, h.Effective, h.Outside, h.Waiting, h.Utilisation().String(), h.Sharing().String(), h.Income, h.Idle})
		}
		return answer(o)
	})
}

type samplesOut struct {
	ID         string          `json:"id"`
	Instrument string          `json:"instrument"`
	Org        string          `json:"org"`
	What       string          `json:"what"`
	Samples    int             `json:"samples"`
	Hazards    []string        `json:"hazards"`
	State      string          `json:"state" enum:"declared,refused,received,stored,returned,destroyed"`
	Steps      []sampleStepOut `json:"steps"`
	Results    []struct {
		ID     string `json:"id"`
		Kind   string `json:"kind" enum:"result,report"`
		Name   string `json:"name"`
		Digest string `json:"digest"`
		Until  string `json:"until" doc:"may be taken until then"`
	} `json:"results"`
}

type sampleStepOut struct {
	State   string `json:"state"`
	Samples int    `json:"samples"`
	Note    string `json:"note"`
	At      string `json:"at"`
}

func samplesOutOf(x usage.Samples) samplesOut {
	o := samplesOut{ID: string(x.ID), Instrument: string(x.Instrument), Org: x.Org, What: x.What, Samples: x.Count, Hazards: append([]string{}, x.Hazards...), State: string(x.State), Steps: []sampleStepOut{}}
	for _, s := range x.Steps {
		o.Steps = append(o.Steps, sampleStepOut{string(s.State), s.Count, s.Note, iso(s.At)})
	}
	for _, r := range x.Results {
		o.Results = append(o.Results, struct {
			ID     string `json:"id"`
			Kind   string `json:"kind" enum:"result,report"`
			Name   string `json:"name"`
			Digest string `json:"digest"`
			Until  string `json:"until" doc:"may be taken until then"`
		}{string(r.ID), r.Kind, r.Name, string(r.Digest), iso(r.Until)})
	}
	return o
}

func (s *Server) apiSamples() {
	type samplesIn struct {
		ID string `path:"id"`
	}
	operate(s, "GET", "/api/v1/samples/{id}", access.NoticeRead, "Samples with what was done with them and what came of them", func(ctx context.Context, a asked, i *samplesIn) (*body[samplesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Usage.SamplesOf(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(samplesOutOf(x))
	})
	type declareIn struct {
		Body struct {
			Instrument string   `json:"instrument" doc:"id of the listing"`
			Org        string   `json:"org" doc:"whose samples they are"`
			What       string   `json:"what"`
			Samples    int      `json:"samples"`
			Hazards    []string `json:"hazards,omitempty" doc:"explosive, flammable, oxidising, pressure, corrosive, toxic, harmful, health, environment, biological, radioactive; none says that there is none"`
			Secret     bool     `json:"secret,omitempty" doc:"only the owner's operators may see them"`
		}
	}
	operate(s, "POST", "/api/v1/samples", access.BookingCreate, "Declare samples that are going to be sent", func(ctx context.Context, a asked, i *declareIn) (*body[samplesOut], error) {
		b := i.Body
		x, err := s.c.Usage.Declare(ctx, a.who, usage.Samples{Instrument: unit.ID(b.Instrument), Org: b.Org, What: b.What, Count: b.Samples, Hazards: b.Hazards, Secret: b.Secret})
		if err != nil {
			return nil, err
		}
		return answer(samplesOutOf(x))
	})
	type sampleStepIn struct {
		ID   string `path:"id"`
		Body struct {
			State   string `json:"state" enum:"refused,received,stored,returned,destroyed"`
			Samples int    `json:"samples" doc:"how many there are now"`
			Note    string `json:"note,omitempty" doc:"needed where the count differs"`
		}
	}
	operate(s, "POST", "/api/v1/samples/{id}/steps", access.BookingManage, "Say what was done with samples", func(ctx context.Context, a asked, i *sampleStepIn) (*body[samplesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Usage.Step(ctx, a.who, id, usage.SampleState(i.Body.State), i.Body.Samples, i.Body.Note)
		if err != nil {
			return nil, err
		}
		return answer(samplesOutOf(x))
	})
	type deliverIn struct {
		ID   string `path:"id"`
		Body struct {
			Kind string `json:"kind" enum:"result,report"`
			Name string `json:"name"`
			Text string `json:"text" doc:"the content"`
		}
	}
	type deliveredOut struct {
		ID     string `json:"id"`
		Digest string `json:"digest"`
		Until  string `json:"until"`
	}
	operate(s, "POST", "/api/v1/samples/{id}/results", access.BookingManage, "Deliver a result or a report, which may be taken for some time", func(ctx context.Context, a asked, i *deliverIn) (*body[deliveredOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		r, err := s.c.Usage.Deliver(ctx, a.who, id, i.Body.Kind, i.Body.Name, strings.NewReader(i.Body.Text))
		if err != nil {
			return nil, err
		}
		return answer(deliveredOut{string(r.ID), string(r.Digest), iso(r.Until)})
	})
	type rateIn struct {
		ID   string `path:"id"`
		Body struct {
			Stars int    `json:"stars"`
			Words string `json:"words,omitempty"`
		}
	}
	type rateOut struct {
		Stars int `json:"stars"`
	}
	operate(s, "POST", "/api/v1/usage/runs/{id}/rating", access.BookingCreate, "Rate a real use of an instrument by another unit", func(ctx context.Context, a asked, i *rateIn) (*body[rateOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.c.Usage.Rate(ctx, a.who, id, i.Body.Stars, i.Body.Words); err != nil {
			return nil, err
		}
		return answer(rateOut{i.Body.Stars})
	})
}
