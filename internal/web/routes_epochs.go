package web

import (
	"context"
	"time"

	"corridor/internal/access"
)

// epochRoutes are the addresses of new epochs of logs, and of what is known of a log that was set back.
func (s *Server) epochRoutes() {
	s.page("GET", "/trust/epochs", access.FederationRead, (*visit).epochs)
	s.page("POST", "/trust/epochs", access.FederationKeep, (*visit).countersign)
	s.page("GET", "/log/epochs", access.LogRead, (*visit).ownEpochs)
	s.page("GET", "/log/held/{code}/seen", access.LogRead, (*visit).seenCheckpoint)
}

// apiEpochs is the operation of the page.
func (s *Server) apiEpochs() {
	type epochOut struct {
		Code    string    `json:"code"`
		Log     string    `json:"log"`
		Epoch   int64     `json:"epoch"`
		Size    int64     `json:"size" doc:"leaves that stand on"`
		Root    string    `json:"root" doc:"base64 of the root of the tree of these"`
		Key     string    `json:"key"`
		Ended   []string  `json:"ended"`
		Why     string    `json:"why"`
		By      []string  `json:"by" doc:"nodes that countersigned it"`
		At      time.Time `json:"at" doc:"since when it holds here"`
		Aside   int64     `json:"aside" doc:"leaves that were set aside here"`
		Written string    `json:"statement" doc:"the signed note"`
	}
	type epochsOut struct {
		Epochs []epochOut `json:"epochs"`
	}
	operate(s, "GET", "/api/v1/epochs", access.FederationRead, "New epochs of this node's log and of its neighbours', with who countersigned them", func(ctx context.Context, a asked, _ *nothing) (*body[epochsOut], error) {
		all, err := s.c.Federation.Epochs(ctx)
		if err != nil {
			return nil, err
		}
		o := epochsOut{Epochs: []epochOut{}}
		for _, e := range all {
			o.Epochs = append(o.Epochs, epochOut{e.Code, e.Log, e.Epoch.Epoch, e.Size, e.Root, e.Key, e.Ended, e.Why, e.By, e.At, e.Aside, e.Signed})
		}
		return answer(o)
	})
}
