# The scheduler: HTTP API, rescue, timeouts. Build from the repository's root:
#   docker build --file deploy/docker/scheduler.Dockerfile --tag chassis-scheduler .
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev zlib1g-dev libzstd-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
COPY Examples Examples
RUN swift build --configuration release --static-swift-stdlib --product chassis-scheduler
RUN mkdir /out && cd "$(swift build --configuration release --static-swift-stdlib --show-bin-path)" \
    && cp chassis-scheduler /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libpq5 libssl3 libzstd1 zlib1g tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /nonexistent --shell /usr/sbin/nologin chassis \
    && install --directory --owner chassis --group chassis /var/lib/chassis/store
COPY --from=build /out/ /usr/local/bin/
ENV CHASSIS_STORE=/var/lib/chassis/store CHASSIS_LISTEN=0.0.0.0:8420
USER 10001:10001
EXPOSE 8420
ENTRYPOINT ["chassis-scheduler"]
