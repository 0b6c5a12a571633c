package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// needRoutes are the pages on which needs meet what answers them.
func (s *Server) needRoutes() {
	s.page("GET", "/needs", access.ListingRead, (*visit).needs)
	s.page("GET", "/needs/suited", access.ListingEdit, (*visit).suited)
	s.page("POST", "/needs/{id}/publish", access.ListingPublish, (*visit).publishNeed)
	s.page("POST", "/needs/{id}/introduce", access.CaseCreate, (*visit).introduce)
	s.page("GET", "/listings/{id}/matches", access.ListingRead, (*visit).matches)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"introduced": {"对接草稿已建立。核对后联系供给方，或先委托技术经理人。", "A draft of the introduction is made. Check it, then contact who offers, or mandate a technology manager first."},
	})
}
