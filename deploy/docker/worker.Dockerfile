# The worker, and python3 and chassis for the programs of command jobs. Build from the repository's root:
#   docker build --file deploy/docker/worker.Dockerfile --tag chassis-worker .
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
RUN swift build --configuration release --static-swift-stdlib --product chassis-worker
RUN swift build --configuration release --static-swift-stdlib --product chassis-guard
RUN swift build --configuration release --static-swift-stdlib --product chassis
RUN mkdir /out && cd "$(swift build --configuration release --static-swift-stdlib --show-bin-path)" \
    && cp chassis-worker chassis-guard chassis /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libpq5 libsqlite3-0 libssl3 libzstd1 zlib1g tzdata python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /nonexistent --shell /usr/sbin/nologin chassis \
    && install --directory --owner chassis --group chassis /var/lib/chassis/store
COPY --from=build /out/ /usr/local/bin/
COPY Examples /usr/local/lib/chassis/programs
ENV CHASSIS_STORE=/var/lib/chassis/store CHASSIS_PROGRAMS=/usr/local/lib/chassis/programs CHASSIS_HEALTH_FILE=/tmp/health
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["chassis-worker", "probe"]
ENTRYPOINT ["chassis-worker"]
