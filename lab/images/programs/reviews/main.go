// The reviews service of Bookinfo, with the HTTP contract and the environment of Istio's sample. The sample's own is a
// Java application on a server that no package registry carries; what callers and the mesh see of it is the same here:
// paths, JSON, forwarded headers, time-outs, and the pod name that the product page shows as "Reviews served by".
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The sample's list: tracing contexts of all the systems that it supports, and what belongs to the user's session.
var forwarded = []string{
	"x-request-id", "x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority",
	"traceparent", "tracestate", "x-cloud-trace-context", "grpc-trace-bin", "x-b3-traceid", "x-b3-spanid",
	"x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "sw8", "end-user", "user-agent", "cookie", "authorization", "jwt",
}

type rating struct {
	Stars int    `json:"stars,omitempty"`
	Color string `json:"color,omitempty"`
	Error string `json:"error,omitempty"`
}

type review struct {
	Reviewer string  `json:"reviewer"`
	Text     string  `json:"text"`
	Rating   *rating `json:"rating,omitempty"`
}

type answer struct {
	ID          string   `json:"id"`
	Podname     string   `json:"podname"`
	Clustername string   `json:"clustername"`
	Reviews     []review `json:"reviews"`
}

func env(name, otherwise string) string {
	if value, set := os.LookupEnv(name); set {
		return value
	}
	return otherwise
}

type service struct {
	ratings string
	enabled bool
	color   string
	pod     string
	cluster string
	client  http.Client
}

func newService() *service {
	domain := ""
	if value, set := os.LookupEnv("SERVICES_DOMAIN"); set {
		domain = "." + value
	}
	color := env("STAR_COLOR", "black")
	// The sample's two time-outs; its fault injection task depends on the difference.
	timeout := 2500 * time.Millisecond
	if color == "black" {
		timeout = 10 * time.Second
	}
	return &service{
		ratings: fmt.Sprintf("http://%s%s:%s/ratings", env("RATINGS_HOSTNAME", "ratings"), domain, env("RATINGS_SERVICE_PORT", "9080")),
		enabled: strings.EqualFold(os.Getenv("ENABLE_RATINGS"), "true"),
		color:   color,
		// "null" is what the sample's string concatenation gives for a variable that is not set.
		pod:     env("HOSTNAME", "null"),
		cluster: env("CLUSTER_NAME", "null"),
		client:  http.Client{Timeout: timeout},
	}
}

// stars asks the ratings service; nil means that it could not be had.
func (s *service) stars(incoming *http.Request, product string) map[string]int {
	request, err := http.NewRequestWithContext(incoming.Context(), http.MethodGet, s.ratings+"/"+product, nil)
	if err != nil {
		return nil
	}
	for _, name := range forwarded {
		if value := incoming.Header.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := s.client.Do(request)
	if err != nil {
		log.Printf("Error: unable to contact %s got exception %v", s.ratings, err)
		return nil
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, response.Body)
		log.Printf("Error: unable to contact %s got status of %d", s.ratings, response.StatusCode)
		return nil
	}
	var body struct {
		Ratings map[string]int `json:"ratings"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		log.Printf("Error: unreadable answer of %s: %v", s.ratings, err)
		return nil
	}
	return body.Ratings
}

func (s *service) reviews(w http.ResponseWriter, r *http.Request) {
	product := r.PathValue("product")
	if _, err := strconv.Atoi(product); err != nil {
		http.NotFound(w, r)
		return
	}
	result := answer{ID: product, Podname: s.pod, Clustername: s.cluster, Reviews: []review{
		{Reviewer: "Reviewer1", Text: "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!"},
		{Reviewer: "Reviewer2", Text: "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare."},
	}}
	if s.enabled {
		stars := s.stars(r, product)
		for i := range result.Reviews {
			if count, known := stars[result.Reviews[i].Reviewer]; known {
				result.Reviews[i].Rating = &rating{Stars: count, Color: s.color}
			} else {
				result.Reviews[i].Rating = &rating{Error: "Ratings service is currently unavailable"}
			}
		}
	}
	writeJSON(w, result)
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Printf("Error: answer not written: %v", err)
	}
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"status": "Reviews is healthy"})
	})
	mux.HandleFunc("GET /reviews/{product}", newService().reviews)
	server := &http.Server{Addr: ":9080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		<-stop.Done()
		log.Print("stopping: open requests are answered first")
		_ = server.Shutdown(context.Background())
	}()
	log.Print("listening on :9080")
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
