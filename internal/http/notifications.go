package server

import (
	"context"
	"net/http"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/page"
)

// notificationsOnPage is how many notifications a page shows.
const notificationsOnPage = 50

func (s *Server) listNotifications(w http.ResponseWriter, r *http.Request) error {
	unread := r.URL.Query().Get("show") == page.OnlyUnread
	cursor := r.URL.Query().Get("cursor")
	list, err := s.store.Notifications(r.Context(), asker(r.Context()).User.ID, unread, cursor, notificationsOnPage)
	if err != nil {
		return err
	}
	v := page.NotificationsView{Items: list.Items, Unread: unread}
	if cursor != "" {
		v.First = page.NotificationsPageURL(unread, "")
	}
	if list.Next != "" {
		v.Next = page.NotificationsPageURL(unread, list.Next)
	}
	f := s.frame(w, r, s.language(r).T("Notifications"))
	f.Active = page.NavNotifications
	return s.render(w, r, http.StatusOK, page.Notifications(f, v))
}

// openNotification marks a notification as read and leads to what it is about.
func (s *Server) openNotification(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "notification")
	if err != nil {
		return err
	}
	who := asker(r.Context()).User.ID
	n, err := s.store.Notification(r.Context(), who, id)
	if err != nil {
		return err
	}
	if err := s.store.MarkRead(r.Context(), who, []annotate.ID{id}, s.now()); err != nil {
		return err
	}
	return s.redirect(w, r, page.NotificationTarget(n), "")
}

func (s *Server) readNotifications(w http.ResponseWriter, r *http.Request) error {
	if err := s.store.MarkRead(r.Context(), asker(r.Context()).User.ID, nil, s.now()); err != nil {
		return err
	}
	return s.redirect(w, r, page.NotificationsURL, s.language(r).T("All are marked as read."))
}

func (s *Server) chooseMail(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	choice := annotate.MailChoice(r.PostForm.Get("mail"))
	err := s.store.ChooseMail(r.Context(), asker(r.Context()).User.ID, choice, s.now())
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, page.AccountView{Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AccountURL, s.language(r).T("Saved."))
}

// notificationJSON is a notification in the API.
type notificationJSON struct {
	ID        annotate.ID        `json:"id"`
	What      annotate.Happening `json:"what" doc:"mentioned, replied (in a thread you have a part in), commented or decided (on a claim of yours), asked_to_vote, revealed or settled (a vote you were asked for)."`
	Actor     personRecord       `json:"actor" doc:"Who did it."`
	Project   projectName        `json:"project"`
	Claim     annotate.ID        `json:"claim"`
	Comment   annotate.ID        `json:"comment,omitempty"`
	Review    annotate.ID        `json:"review,omitempty"`
	Norming   annotate.ID        `json:"norming,omitempty"`
	Decision  annotate.Decision  `json:"decision,omitempty"`
	Quote     string             `json:"quote" doc:"The beginning of the claim's words; empty once it has been deleted."`
	Read      bool               `json:"read"`
	CreatedAt time.Time          `json:"created_at"`
}

func notificationRecord(n annotate.ListedNotification) notificationJSON {
	return notificationJSON{
		ID: n.ID, What: n.What, Actor: personRecord{ID: n.Actor, Name: n.By}, Project: projectName{n.Slug, n.Project},
		Claim: n.Claim, Comment: n.Comment, Review: n.Review, Norming: n.Norming, Decision: n.Decision,
		Quote: n.Quote, Read: n.Read, CreatedAt: n.CreatedAt.UTC(),
	}
}

type notificationsInput struct {
	Unread bool   `query:"unread" doc:"Only those that are not read."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"The next of an earlier answer."`
}

type notificationsOutput struct {
	Body struct {
		Items  []notificationJSON `json:"items" nullable:"false" doc:"The newest first, of projects you are in."`
		Unread int                `json:"unread" doc:"How many are not read, up to 100."`
		Next   string             `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

func (s *Server) apiListNotifications(ctx context.Context, in *notificationsInput) (*notificationsOutput, error) {
	who := asker(ctx).User.ID
	list, err := s.store.Notifications(ctx, who, in.Unread, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &notificationsOutput{}
	out.Body.Items, out.Body.Next = make([]notificationJSON, len(list.Items)), list.Next
	for i, n := range list.Items {
		out.Body.Items[i] = notificationRecord(n)
	}
	out.Body.Unread, err = s.store.Unread(ctx, who)
	return out, err
}

type readNotificationsCall struct {
	Body struct {
		IDs []string `json:"ids,omitempty" format:"uuid" nullable:"false" doc:"All of yours if absent."`
	}
}

func (s *Server) apiReadNotifications(ctx context.Context, in *readNotificationsCall) (*struct{}, error) {
	var ids []annotate.ID
	for _, raw := range in.Body.IDs {
		id, err := annotate.ParseID(raw)
		if err != nil {
			return nil, annotate.Invalid{"ids": "Give the ids of notifications."}
		}
		ids = append(ids, id)
	}
	return nil, s.store.MarkRead(ctx, asker(ctx).User.ID, ids, s.now())
}

type mailCall struct {
	Body mailChoiceJSON
}

type mailAnswer struct{ Body mailChoiceJSON }

type mailChoiceJSON struct {
	Mail annotate.MailChoice `json:"mail" enum:"off,each,daily" doc:"When mail tells you of notifications: not at all, at once, or once a day. Nothing is sent where no mail server is set up."`
}

func (s *Server) apiShowMail(ctx context.Context, _ *struct{}) (*mailAnswer, error) {
	choice, err := s.store.MailChoice(ctx, asker(ctx).User.ID)
	return &mailAnswer{mailChoiceJSON{choice}}, err
}

func (s *Server) apiChooseMail(ctx context.Context, in *mailCall) (*mailAnswer, error) {
	if err := s.store.ChooseMail(ctx, asker(ctx).User.ID, in.Body.Mail, s.now()); err != nil {
		return nil, err
	}
	return &mailAnswer{in.Body}, nil
}
