package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// labPages are the addresses of samples, results, ratings, bills and prices: the user's side and the laboratory's.
func (s *Server) labPages() {
	s.page("GET", "/samples", access.BookingCreate, (*visit).mySamples)
	s.page("GET", "/samples/new", access.BookingCreate, (*visit).declareForm)
	s.page("POST", "/samples/new", access.BookingCreate, (*visit).declare)
	s.page("GET", "/samples/{id}", access.NoticeRead, (*visit).sample)
	s.page("GET", "/samples/{id}/label", access.NoticeRead, (*visit).sampleLabel)
	s.page("POST", "/samples/{id}/steps", access.BookingManage, (*visit).stepSamples)
	s.page("POST", "/samples/{id}/results", access.BookingManage, (*visit).deliverResult)
	s.page("GET", "/samples/{id}/results/{result}", access.NoticeRead, (*visit).takeResult)
	s.page("GET", "/usage/samples", access.BookingManage, (*visit).labSamples)
	s.page("GET", "/usage/ratings", access.BookingManage, (*visit).ratings)
	s.page("GET", "/uses", access.BookingCreate, (*visit).uses)
	s.page("POST", "/uses/{id}", access.BookingCreate, (*visit).rateUse)
	s.page("GET", "/bills", access.BookingCreate, (*visit).bills)
	s.page("GET", "/instruments/{id}/prices", access.ListingRead, (*visit).priceHistory)
	s.page("GET", "/imports", access.NoticeRead, (*visit).imports)
	s.page("GET", "/imports/{id}", access.NoticeRead, (*visit).importOne)
	s.page("POST", "/imports/{id}/stop", access.NoticeRead, (*visit).stopImport)
	s.page("POST", "/imports/{id}/again", access.NoticeRead, (*visit).againImport)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"samples_declared": {"样品已申报，请打印标签贴在样品上，随样品寄出。", "The samples are declared. Print the labels, and send them with the samples."},
		"samples_stepped":  {"样品状态已更新，对方已收到通知。", "It is entered, and the other side is told."},
		"result_delivered": {"已交付，送样单位已收到通知。", "Delivered; who sent the samples is told."},
		"import_brought":   {"文件已收下。", "The file was taken."},
		"use_rated":        {"评价已保存。", "The rating is kept."},
	})
}
