package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/unit"
)

// apiCalendar serves the working days, and takes in a holiday notice.
func (s *Server) apiCalendar() {
	type yearIn struct {
		Year int `query:"year" minimum:"1949" maximum:"9999" doc:"default: this year"`
	}
	type movedDay struct {
		Day    string `json:"day"`
		Works  bool   `json:"works"`
		Name   string `json:"name"`
		Source string `json:"source"`
	}
	type yearOut struct {
		Year       int        `json:"year"`
		Workdays   int        `json:"workdays"`
		Published  bool       `json:"published" doc:"false: no notice of the year is known, the days are provisional"`
		Exceptions []movedDay `json:"exceptions" doc:"days that the notice names"`
	}
	operate(s, "GET", "/api/v1/calendar", access.CalendarRead, "Read the working days of a year", func(_ context.Context, _ asked, i *yearIn) (*body[yearOut], error) {
		days := s.c.Calendar.Days().Now()
		year := i.Year
		if year == 0 {
			year = unit.DayOf(s.now(), beijing).Year()
		}
		y := yearOf(days, year)
		o := yearOut{Year: year, Workdays: y.Workdays, Published: y.Published, Exceptions: []movedDay{}}
		for d := unit.Date(year, time.January, 1); d.Year() == year; d = d.Add(1) {
			if m, ok := days.Moved(d); ok {
				o.Exceptions = append(o.Exceptions, movedDay{m.Day.String(), m.Works, m.Name, m.Source})
			}
		}
		return answer(o)
	})

	type loadIn struct {
		Body struct {
			Title  string `json:"title" doc:"name or number of the notice"`
			Source string `json:"source" doc:"address where it is published"`
			Notice string `json:"notice" doc:"CSV with the columns date, day (off or work), zh, source"`
			Dry    bool   `json:"dry,omitempty" required:"false" doc:"only say what would change"`
		}
	}
	type dayChange struct {
		Day   string `json:"day"`
		Works bool   `json:"works"`
		Name  string `json:"name"`
	}
	type loadOut struct {
		ID      string      `json:"id,omitempty"`
		Digest  string      `json:"digest,omitempty" doc:"SHA-256 of the notice"`
		Year    int         `json:"year"`
		New     bool        `json:"new" doc:"the year was provisional before"`
		Changes []dayChange `json:"changes" doc:"days that are worked otherwise than before"`
	}
	operate(s, "POST", "/api/v1/calendar/notices", access.CalendarLoad, "Load a holiday notice", func(ctx context.Context, a asked, i *loadIn) (*body[loadOut], error) {
		var n calendar.Notice
		var p calendar.Plan
		var err error
		if i.Body.Dry {
			p, err = s.c.Calendar.Try(i.Body.Notice)
		} else {
			n, p, err = s.c.Calendar.Load(ctx, a.who, calendar.Notice{Title: i.Body.Title, Source: i.Body.Source, Text: i.Body.Notice})
		}
		if err != nil {
			return nil, err
		}
		o := loadOut{ID: string(n.ID), Digest: n.Digest, Year: p.Year, New: p.New, Changes: []dayChange{}}
		for _, c := range p.Changes {
			o.Changes = append(o.Changes, dayChange{c.Day.String(), c.Works, c.Name})
		}
		return answer(o)
	})
}
