FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN cd web && go run ./build
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /onrecord ./cmd/server

FROM debian:12-slim
# Certificates to fetch articles by, psql and pg_dump to keep backups with.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --create-home --home-dir /var/lib/onrecord --shell /usr/sbin/nologin onrecord
COPY --from=build /onrecord /usr/local/bin/onrecord
COPY LICENSE /usr/share/doc/onrecord/LICENSE

USER onrecord
WORKDIR /var/lib/onrecord
# The database is elsewhere: DATABASE_URL must say where.
ENV ONRECORD_ADDR=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["onrecord", "healthcheck"]
ENTRYPOINT ["onrecord"]
CMD ["serve"]
