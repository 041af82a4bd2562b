package session

import (
	"strings"
	"sync"

	"synapse/catalog/types"
)

// hub delivers NOTIFY between the sessions of one server.
type hub struct {
	mu        sync.Mutex                        // guards listeners
	listeners map[string]map[*Session]types.OID // each with its tenant
}

func newHub() *hub { return &hub{listeners: map[string]map[*Session]types.OID{}} }

func (h *hub) listen(channel string, s *Session) {
	tenant := s.tenant()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[channel] == nil {
		h.listeners[channel] = map[*Session]types.OID{}
	}
	h.listeners[channel][s] = tenant
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
		shared := strings.HasPrefix(n.Channel, "memory:") // which was refused to who may not use it
		for s, tenant := range h.listeners[n.Channel] {
			if n.tenant != 0 && tenant != 0 && n.tenant != tenant && !shared {
				continue // tenants do not hear each other
			}
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

// notify queues a notification for the commit.
func (s *Session) notify(channel, payload string) {
	n := Notification{PID: s.pid, Channel: channel, Payload: payload, tenant: s.tenant()}
	if len(s.outbox) == 0 || s.outbox[len(s.outbox)-1] != n {
		s.outbox = append(s.outbox, n)
	}
}

// distinct keeps the first of equal notifications: a transaction sends each once.
func distinct(list []Notification) []Notification {
	if len(list) < 2 {
		return list
	}
	seen := make(map[Notification]bool, len(list))
	out := list[:0]
	for _, n := range list {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
