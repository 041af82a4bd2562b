package session

import "sync"

// hub delivers NOTIFY between the sessions of one server.
type hub struct {
	mu        sync.Mutex // guards listeners
	listeners map[string]map[*Session]bool
}

func newHub() *hub { return &hub{listeners: map[string]map[*Session]bool{}} }

func (h *hub) listen(channel string, s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[channel] == nil {
		h.listeners[channel] = map[*Session]bool{}
	}
	h.listeners[channel][s] = true
}

// unlisten ends one subscription, or all of the session's for "".
func (h *hub) unlisten(channel string, s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name, set := range h.listeners {
		if channel == "" || name == channel {
			delete(set, s)
			if len(set) == 0 {
				delete(h.listeners, name)
			}
		}
	}
}

// publish queues the notifications with every listener and wakes them.
func (h *hub) publish(list []Notification) {
	woken := map[*Session]bool{}
	h.mu.Lock()
	for _, n := range list {
		for s := range h.listeners[n.Channel] {
			s.inbox.add(n)
			woken[s] = true
		}
	}
	h.mu.Unlock()
	for s := range woken {
		s.sink.Wake()
	}
}

// inbox holds notifications until the client can take them.
type inbox struct {
	mu   sync.Mutex // guards list
	list []Notification
}

func (b *inbox) add(n Notification) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, n)
}

// TakeNotifications removes and returns what waits for the client.
func (s *Session) TakeNotifications() []Notification {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	list := s.inbox.list
	s.inbox.list = nil
	return list
}

// notify queues a notification for the commit; equal ones of a transaction are sent once.
func (s *Session) notify(channel, payload string) {
	for _, n := range s.outbox {
		if n.Channel == channel && n.Payload == payload {
			return
		}
	}
	s.outbox = append(s.outbox, Notification{PID: s.pid, Channel: channel, Payload: payload})
}
