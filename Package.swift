// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// How programs are linked for release, so that idle ones keep little resident; see docs/decisions/0038.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
        .when(platforms: [.linux], configuration: .release)
    )
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// A library of the project: `Sources/<folder>/<name>`.
func library(
    _ name: String,
    in folder: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(folder)",
        resources: resources,
        swiftSettings: settings
    )
}

/// A test target: `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "chassis",
    products: [
        .executable(name: "chassis-scheduler", targets: ["chassis-scheduler"]),
        .executable(name: "chassis-worker", targets: ["chassis-worker"]),
        .executable(name: "chassis-guard", targets: ["chassis-guard"]),
        .executable(name: "chassis", targets: ["chassis"]),
        .library(name: "ChassisWorker", targets: ["ChassisWorker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // What the system brings
        .systemLibrary(
            name: "CLibPQ",
            path: "Sources/Shared/CLibPQ",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]
        ),
        .systemLibrary(
            name: "CLibCurl",
            path: "Sources/Shared/CLibCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(
            name: "CLibCrypto",
            path: "Sources/Shared/CLibCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            path: "Sources/Shared/CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .systemLibrary(
            name: "CLibZ",
            path: "Sources/Shared/CLibZ",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        .systemLibrary(
            name: "CLibZstd",
            path: "Sources/Shared/CLibZstd",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"])]
        ),
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),

        // Shared: nothing here knows a process
        library("JobModel", in: "Shared/JobModel"),
        library("Digests", in: "Shared/Digests", ["CLibCrypto"]),
        library("Threads", in: "Shared/Threads", ["CLinux"]),
        library("Postgres", in: "Shared/Postgres", ["CLibPQ", "CLinux", "Threads"]),
        library("HTTPTransport", in: "Shared/HTTPTransport", ["JobModel", "Digests", "CLibCurl", "Threads"]),
        library("Schedules", in: "Shared/Schedules"),
        library("Workflow", in: "Shared/Workflow", ["JobModel", "Schedules", yams]),
        library(
            "Storage",
            in: "Shared/Storage",
            ["JobModel", "Postgres", "Digests"],
            resources: [.embedInCode("SQL")]
        ),
        library("Submissions", in: "Shared/Submissions", ["JobModel", "Workflow", "Storage"]),
        library("Prices", in: "Shared/Prices", ["JobModel"], resources: [.embedInCode("Data")]),
        library("Checkpoints", in: "Shared/Checkpoints", ["JobModel", "Digests", "CLinux", "Threads"]),
        library(
            "Recordings",
            in: "Shared/Recordings",
            ["JobModel", "Digests", "HTTPTransport", "CLibZstd"]
        ),
        library("Access", in: "Shared/Access", ["JobModel", "Digests"]),
        library("Telemetry", in: "Shared/Telemetry", ["JobModel", log]),
        library("Settings", in: "Shared/Settings", ["JobModel", "Workflow"]),

        // The worker
        library("Models", in: "Worker/Models", ["JobModel", "Digests", "HTTPTransport"]),
        library(
            "Tools",
            in: "Worker/Tools",
            [
                "JobModel", "Workflow", "Postgres", "HTTPTransport", "Models", "CSQLite", "Threads", subprocess,
                systemPackage,
            ]
        ),
        library(
            "Gateway",
            in: "Worker/Gateway",
            [
                "JobModel", "Digests", "Postgres", "Storage", "Checkpoints", "Telemetry", "Settings", "HTTPTransport",
                "Recordings", "Models", "Prices", "Tools", "CLinux", "CLibZ", "Threads", log, lifecycle, hummingbird,
                nio,
                nioPosix, nioHTTP,
            ]
        ),
        .executableTarget(name: "chassis-guard", path: "Sources/Worker/Guard"),
        .target(
            name: "Worker",
            dependencies: [
                "JobModel", "Digests", "Workflow", "Postgres", "Storage", "Checkpoints", "Telemetry", "Settings",
                "HTTPTransport", "Models", "Tools", "Gateway", "Prices", "Submissions", "CLinux", log, lifecycle,
            ],
            path: "Sources/Worker",
            exclude: ["Models", "Tools", "Gateway", "Command", "Guard", "Library"],
            swiftSettings: settings
        ),
        library(
            "ChassisWorker",
            in: "Worker/Library",
            ["Worker", "Settings", "Telemetry", "JobModel", "CLinux", log, lifecycle, signals, arguments]
        ),
        .executableTarget(
            name: "chassis-worker",
            dependencies: [
                "ChassisWorker", "Worker", "Gateway", "Settings", "Telemetry", "JobModel", "CLinux", log, arguments,
            ],
            path: "Sources/Worker/Command",
            swiftSettings: settings,
            linkerSettings: linking
        ),

        // A worker as users build one: it sees nothing but what is public
        .executableTarget(
            name: "churn-worker",
            dependencies: ["ChassisWorker"],
            path: "Examples/swift-worker",
            exclude: ["README.md", "run", "scenario.json", "workflow.yaml"],
            packageAccess: false,
            swiftSettings: settings
        ),

        // The scheduler
        .target(
            name: "Scheduler",
            dependencies: [
                "JobModel", "Digests", "Schedules", "Workflow", "Postgres", "Storage", "Checkpoints", "Recordings",
                "Access", "Telemetry", "Settings", "HTTPTransport", "Prices", "Submissions", "CLinux", "Threads", log,
                lifecycle,
                hummingbird,
            ],
            path: "Sources/Scheduler",
            exclude: ["Command"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chassis-scheduler",
            dependencies: [
                "Scheduler", "Settings", "Telemetry", "JobModel", log, lifecycle, signals, arguments,
            ],
            path: "Sources/Scheduler/Command",
            swiftSettings: settings,
            linkerSettings: linking
        ),

        // The command for people
        .target(
            name: "Client",
            dependencies: [
                "JobModel", "Digests", "Schedules", "Workflow", "HTTPTransport", "Postgres", "Storage", "Access",
                "Settings", "CLinux", "Threads", arguments, subprocess, systemPackage,
            ],
            path: "Sources/Client",
            exclude: ["Command"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chassis",
            dependencies: ["Client"],
            path: "Sources/Client/Command",
            swiftSettings: settings,
            linkerSettings: linking
        ),

        // Benchmarks: the measured side, and what the machine can do at all
        .executableTarget(
            name: "chassis-benchmark",
            dependencies: [
                "Worker", "Settings", "Telemetry", "JobModel", "Storage", "Postgres", "CLinux", log, lifecycle,
                signals, arguments,
            ],
            path: "Benchmarks/Program",
            swiftSettings: settings,
            linkerSettings: linking
        ),
        .executableTarget(name: "chassis-limits", dependencies: ["CLibPQ"], path: "Benchmarks/Limits"),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: ["JobModel", "Postgres", "Storage", "CLinux"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chassis-fuzz",
            dependencies: [
                "JobModel", "Digests", "Schedules", "Workflow", "Checkpoints", "HTTPTransport", "Models", "Tools",
                "Settings", "Scheduler", "CLinux", arguments,
            ],
            path: "Tests/Fuzz/Program",
            swiftSettings: settings
        ),
        .target(
            name: "Simulation",
            dependencies: ["JobModel", "Storage", "Checkpoints", "Worker", "TestSupport"],
            path: "Tests/Simulation/Model",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chassis-simulation",
            dependencies: ["Simulation", arguments],
            path: "Tests/Simulation/Program",
            swiftSettings: settings
        ),
        tests("SimulationTests", ["Simulation"]),
        tests("JobModelTests", ["JobModel", "TestSupport"]),
        tests("DigestsTests", ["Digests"]),
        tests("ThreadsTests", ["Threads"]),
        tests("PostgresTests", ["Postgres", "TestSupport"]),
        tests("HTTPTransportTests", ["JobModel", "HTTPTransport", "TestSupport"]),
        tests("SchedulesTests", ["Schedules", "TestSupport"], exclude: ["Fixtures"]),
        tests("WorkflowTests", ["JobModel", "Schedules", "Workflow", "TestSupport"]),
        tests("StorageTests", ["JobModel", "Digests", "Postgres", "Storage", "TestSupport"], exclude: ["schema.sql"]),
        tests("CheckpointsTests", ["JobModel", "Digests", "Checkpoints", "Threads", "TestSupport"]),
        tests("RecordingsTests", ["JobModel", "Digests", "HTTPTransport", "Recordings", "TestSupport"]),
        tests("PricesTests", ["JobModel", "Prices"]),
        tests("ModelsTests", ["JobModel", "Digests", "HTTPTransport", "Models", "TestSupport"]),
        tests(
            "GatewayTests",
            [
                "JobModel", "Digests", "Postgres", "Checkpoints", "Recordings", "HTTPTransport", "Models", "Storage",
                "Settings", "Gateway",
                "TestSupport", hummingbird, nio, nioEmbedded, nioHTTP, nioPosix,
            ]
        ),
        tests("ToolsTests", ["JobModel", "Postgres", "HTTPTransport", "Workflow", "Models", "Tools", "TestSupport"]),
        tests(
            "WorkerTests",
            [
                "JobModel", "HTTPTransport", "Workflow", "Settings", "Postgres", "Storage", "Models", "Checkpoints",
                "TestSupport", "Worker", log,
            ]
        ),
        .executableTarget(
            name: "chassis-code-worker",
            dependencies: ["ChassisWorker"],
            path: "Tests/CodeWorker",
            packageAccess: false,
            swiftSettings: settings
        ),
        tests("ChassisWorkerTests", ["ChassisWorker", "JobModel"]),
        tests(
            "SchedulerTests",
            [
                "Scheduler", "Access", "Checkpoints", "Digests", "HTTPTransport", "JobModel", "Postgres", "Recordings",
                "Settings", "Storage", "TestSupport", "Threads", log, lifecycle,
            ]
        ),
        tests(
            "ClientTests",
            ["JobModel", "Postgres", "HTTPTransport", "Storage", "Workflow", "Client", "TestSupport"],
            exclude: ["Fixtures"]
        ),
        tests(
            "EndToEndTests",
            ["HTTPTransport", "JobModel", "Settings", "Gateway", "Postgres", "Storage", "TestSupport"]
        ),
    ]
)
