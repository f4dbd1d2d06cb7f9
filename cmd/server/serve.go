package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"onrecord.dev/internal/annotate"
	server "onrecord.dev/internal/http"
	"onrecord.dev/internal/localdb"
	"onrecord.dev/internal/mail"
	"onrecord.dev/internal/store"
	"onrecord.dev/web"
)

type serveCommand struct{}

// drainTime is how long requests under way may take to end once the server
// is told to stop.
const drainTime = 15 * time.Second

// Run serves until ctx ends, then lets what is under way finish.
func (serveCommand) Run(ctx context.Context, c *commands, s streams) (err error) {
	// Listen before the database starts: a taken address is told at once.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; set ONRECORD_ADDR to another address", c.Addr, err)
	}
	defer listener.Close()
	db, err := c.open(ctx, localdb.Options{Server: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()

	log := slog.New(slog.NewJSONHandler(s.err, nil))
	sender, err := c.sender()
	if err != nil {
		return err
	}
	app, err := server.New(server.Config{
		Store: db.Store, Assets: web.Dist(), Log: log, Now: time.Now, BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies, Mail: sender,
	})
	if err != nil {
		return err
	}
	tidying, stop := context.WithCancel(ctx)
	var tidied sync.WaitGroup
	tidied.Go(func() { tidy(tidying, db.Store, log) })
	tidied.Go(func() { app.SendMail(tidying) })
	defer func() {
		stop()
		tidied.Wait()
	}()
	if err := c.announce(ctx, db.Store, listener.Addr(), s); err != nil {
		return err
	}
	return serve(ctx, listener, app, log)
}

// sender is what sends mail, or nil where the environment names no server.
func (c *commands) sender() (*mail.Sender, error) {
	if c.MailServer == "" {
		return nil, nil //nolint:nilnil // nil sends none
	}
	if c.MailFrom == "" {
		return nil, errors.New("ONRECORD_SMTP_URL is set: set ONRECORD_SMTP_FROM too, to whom mail comes from")
	}
	sender, err := mail.New(c.MailServer, c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("set up mail by ONRECORD_SMTP_URL and ONRECORD_SMTP_FROM: %w", err)
	}
	return sender, nil
}

// tidy removes what has expired, at once and every hour until ctx ends.
func tidy(ctx context.Context, s *store.Store, log *slog.Logger) {
	for every := time.NewTicker(time.Hour); ; {
		if err := s.ForgetExpired(ctx, time.Now()); err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "what has expired was not removed", slog.Any("error", err))
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			every.Stop()
			return
		}
	}
}

func serve(ctx context.Context, listener net.Listener, app *server.Server, log *slog.Logger) error {
	live, stopLive := context.WithCancel(ctx)
	defer stopLive()
	liveOver := make(chan struct{})
	go func() {
		defer close(liveOver)
		app.Live(live)
	}()
	srv := &http.Server{
		Handler:           app.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	app.Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		log.LogAttrs(drain, slog.LevelWarn, "requests were cut off", slog.Any("error", err))
		_ = srv.Close() // closing anyway
	}
	stopLive()
	<-liveOver
	return nil
}

// announce says where the server is, and how the first admin comes in.
func (c *commands) announce(ctx context.Context, s *store.Store, addr net.Addr, out streams) error {
	base := c.BaseURL
	if base == "" {
		base = "http://" + reachable(addr)
	}
	link, err := c.firstAdmin(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(out.out, "Onrecord is at %s\n", base)
	if link != "" {
		fmt.Fprintf(out.out, "There is no admin yet. Make the first one's account at\n%s/setup/%s\n", base, link)
	}
	return nil
}

// firstAdmin makes the first admin that the environment names, or else the
// link by which one comes in. There is none once there is an admin.
func (c *commands) firstAdmin(ctx context.Context, s *store.Store) (link store.Secret, err error) {
	if c.AdminEmail == "" {
		link, err = s.SetupLink(ctx, time.Now())
	} else {
		u := store.NewUser{Email: c.AdminEmail, Name: c.AdminEmail, Password: c.AdminPassword, Admin: true, At: time.Now()}
		if _, err = s.AddFirstAdmin(ctx, u); err != nil {
			err = fmt.Errorf("make the first admin of ONRECORD_ADMIN_EMAIL and ONRECORD_ADMIN_PASSWORD: %w", err)
		}
	}
	if errors.Is(err, annotate.ErrExists) {
		return "", nil
	}
	return link, err
}

// reachable is addr as a browser on this machine can use it.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return addr.String()
	}
	if tcp.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return tcp.String()
}
