package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
)

// listed are the addresses of what is offered: listings, their owners' lists, import and export.
func (s *Server) listed() {
	s.page("GET", "/listings", access.ListingRead, (*visit).listings)
	s.page("GET", "/listings/export", access.ListingRead, (*visit).exportListings)
	s.page("GET", "/listings/mine", access.ListingEdit, (*visit).myListings)
	s.page("POST", "/listings/mine", access.ListingEdit, (*visit).manyListings)
	s.page("GET", "/listings/desk", access.ListingPublish, (*visit).deskListings)
	s.page("POST", "/listings/desk", access.ListingPublish, (*visit).manyListings)
	s.page("GET", "/listings/new", access.ListingEdit, (*visit).newListing)
	s.page("POST", "/listings/new", access.ListingEdit, (*visit).addListing)
	s.page("GET", "/listings/import", access.ListingEdit, (*visit).importListingsForm)
	s.page("POST", "/listings/import", access.ListingEdit, (*visit).importListings)
	s.page("GET", "/listings/template", access.ListingEdit, (*visit).listingTemplate)
	s.page("GET", "/listings/{id}", access.ListingRead, (*visit).listing)
	s.page("GET", "/listings/{id}/edit", access.ListingEdit, (*visit).editListing)
	s.page("POST", "/listings/{id}/edit", access.ListingEdit, (*visit).changeListing)
	s.page("POST", "/listings/{id}/acts", access.ListingEdit, (*visit).stepListing)
	s.page("POST", "/listings/{id}/decide", access.ListingPublish, (*visit).stepListing)
	s.page("POST", "/listings/{id}/copy", access.ListingEdit, (*visit).copyListing)
	s.page("POST", "/listings/{id}/files", access.ListingEdit, (*visit).attachListing)
	s.page("POST", "/listings/{id}/files/{file}/drop", access.ListingEdit, (*visit).detachListing)
	s.page("GET", "/listings/{id}/files/{file}", access.ListingRead, (*visit).listingFile)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"listing_added":   {"资源已登记，核对后提交单位审核。", "The listing is entered. Check it, then submit it for review."},
		"listing_changed": {"修改已保存，旧版本仍可查看。", "The change is saved; the former version stays readable."},
		"listing_copied":  {"已复制为新的登记，请改好编号和内容。", "Copied into a new entry; give it its own number."},
		"listing_files":   {"附件已更新。", "The files are changed."},
		"listing_many":    {"所选资源已办理。", "Done for what was chosen."},
	})
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Return, catalogue.Publish, catalogue.Suspend, catalogue.Resume, catalogue.Move, catalogue.Retire, catalogue.Confirm} {
		w := act.Words()
		doneWords["listing_"+string(act)] = fault.Words{"已办理：" + w[0] + "。", "Done: " + w[1] + "."}
	}
}
