package web

import (
	"bytes"
	"context"
	"sort"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/files"
)

type attachedOut struct {
	Digest string `json:"digest" doc:"SHA-256 of the bytes; what a field of the form names the file by"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size" doc:"bytes"`
	At     string `json:"at"`

	Scanned bool `json:"scanned" doc:"a scanner has looked at it; said where it is brought in"`
	Used    bool `json:"used" doc:"another case of this node that goes on or was paid has the same file; said where it is brought in"`
}

func attachedOf(a casework.Attached) attachedOut {
	return attachedOut{string(a.Digest), a.Name, a.Type, a.Size, iso(a.At), a.Scanned, a.Used}
}

// fileIn is a file that is brought into a case.
type fileIn struct {
	ID      string `path:"id"`
	Name    string `query:"name" required:"true" doc:"of the file"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// raw marks an input whose body is read by us.
func (fileIn) raw() {}

func (s *Server) apiCaseFiles() {
	operate(s, "POST", "/api/v1/cases/{id}/files", access.CaseAct, "Bring a file into a case", func(ctx context.Context, a asked, i *fileIn) (*body[attachedOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		f, err := s.c.Cases.Attach(ctx, a.who, id, i.Name, bytes.NewReader(i.RawBody))
		if err != nil {
			return nil, err
		}
		return answer(attachedOf(f))
	})
	type attachments struct {
		Files []attachedOut `json:"files"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/files", access.CaseRead, "The files of a case", func(ctx context.Context, a asked, i *byID) (*body[attachments], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.Attachments(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := attachments{Files: []attachedOut{}}
		for _, f := range all {
			o.Files = append(o.Files, attachedOf(f))
		}
		sort.Slice(o.Files, func(i, j int) bool { return o.Files[i].Digest < o.Files[j].Digest })
		return answer(o)
	})
	type oneIn struct {
		ID     string `path:"id"`
		Digest string `path:"digest"`
	}
	type content struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	operate(s, "GET", "/api/v1/cases/{id}/files/{digest}", access.CaseRead, "A file of a case", func(ctx context.Context, a asked, i *oneIn) (*content, error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		_, b, err := s.c.Cases.Attachment(ctx, a.who, id, files.Digest(i.Digest))
		if err != nil {
			return nil, err
		}
		return &content{"application/octet-stream", b}, nil
	})
}
