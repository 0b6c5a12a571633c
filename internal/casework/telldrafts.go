package casework

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// draftersMax is how many organisations are told of one edition in one act.
const draftersMax = 5000

// tellDrafters tells each organisation that has drafts of an edition that it ends, or that another follows on a day, and
// what the way to the other changes in what they typed. to is nil where nothing follows.
func (s *Service) tellDrafters(ctx context.Context, tx *db.Tx, from, to *scheme.Scheme, last unit.Day, object string) error {
	if s.c.Notices == nil || from == nil {
		return nil
	}
	all, err := selectDrafters(ctx, tx, from.Digest, from.Start())
	if err != nil {
		return fmt.Errorf("drafts of edition %s of %s: %w", from.Edition, from.ID, err)
	}
	title := fault.Words{fmt.Sprintf("%s %s 版 %s 截止，您单位有草稿", from.Title[0], from.Edition, last), fmt.Sprintf("%s: edition %s ends on %s and you have drafts", from.Title[1], from.Edition, last)}
	text := fault.Words{"截止日之后没有接续的版本，草稿不能再提交；内容仍保留，可以查看和作废。", "No edition follows; drafts cannot be submitted after that day. What was typed stays and can be read or thrown away."}
	if to != nil {
		title = fault.Words{fmt.Sprintf("%s自 %s 起适用 %s 版，您单位有 %s 版的草稿", from.Title[0], to.InForce[0].Day(), to.Edition, from.Edition),
			fmt.Sprintf("%s: edition %s from %s on, and you have drafts of %s", from.Title[1], to.Edition, to.InForce[0].Day(), from.Edition)}
		text = movesWords(from, to)
	}
	for _, d := range all {
		of := fault.Words{fmt.Sprintf("草稿 %d 件。", d.drafts), fmt.Sprintf("Drafts: %d. ", d.drafts)}
		if _, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: d.org}, Kind: "edition.draft", Object: object, Path: "/cases?scheme=" + from.ID, Org: d.org,
			Title: title, Text: fault.Words{of[0] + text[0], of[1] + text[1]}, Key: object + "/draft/" + d.org}); err != nil {
			return fmt.Errorf("tell %s of its drafts: %w", d.org, err)
		}
	}
	return nil
}

// movesWords say what becomes of the fields of a draft that comes over to another edition.
func movesWords(from, to *scheme.Scheme) fault.Words {
	renamed, left := to.Moves(from)
	out := fault.Words{"到时打开草稿即转入新版。", "A draft comes over when it is opened then. "}
	if len(renamed) > 0 {
		names := [2][]string{}
		for _, m := range renamed {
			f, _ := to.Field(m.To)
			names[0], names[1] = append(names[0], m.Words[0]+"→"+f.Words[0]), append(names[1], m.Words[1]+" → "+f.Words[1])
		}
		out[0] += "改到别处的内容：" + strings.Join(names[0], "、") + "。"
		out[1] += "Goes elsewhere: " + strings.Join(names[1], ", ") + ". "
	}
	if len(left) > 0 {
		names := [2][]string{}
		for _, m := range left {
			names[0], names[1] = append(names[0], m.Words[0]), append(names[1], m.Words[1])
		}
		out[0] += "不再带过来的内容：" + strings.Join(names[0], "、") + "。"
		out[1] += "Left behind: " + strings.Join(names[1], ", ") + "."
	}
	if len(renamed)+len(left) == 0 {
		out[0] += "表单内容全部带过来。"
		out[1] += "Everything that was typed comes along."
	}
	return out
}
