import Postgres

/// The statements about triggers that go by events, and about assets.
extension Statement {
    static let addProducts = load("add_products", PackageResources.add_products_sql)
    static let putEventTrigger = load("put_event_trigger", PackageResources.put_event_trigger_sql)
    static let dropEventTriggers = load("drop_event_triggers", PackageResources.drop_event_triggers_sql)
    static let takeEventTrigger = load("take_event_trigger", PackageResources.take_event_trigger_sql)
    static let lockEventTrigger = load("lock_event_trigger", PackageResources.lock_event_trigger_sql)
    static let moveEventTrigger = load("move_event_trigger", PackageResources.move_event_trigger_sql)
    static let postponeEventTrigger = load("postpone_event_trigger", PackageResources.postpone_event_trigger_sql)
    static let pauseEventTrigger = load("pause_event_trigger", PackageResources.pause_event_trigger_sql)
    static let listEventTriggers = load("list_event_triggers", PackageResources.list_event_triggers_sql)
    static let readActiveRuns = load("read_active_runs", PackageResources.read_active_runs_sql)
    static let readNews = load("read_news", PackageResources.read_news_sql)
    static let findNews = load("find_news", PackageResources.find_news_sql)
    static let gatherNews = load("gather_news", PackageResources.gather_news_sql)
    static let settleNews = load("settle_news", PackageResources.settle_news_sql)
    static let dropNews = load("drop_news", PackageResources.drop_news_sql)
    static let renewNews = load("renew_news", PackageResources.renew_news_sql)
    static let clearNews = load("clear_news", PackageResources.clear_news_sql)
    static let pruneEventTriggers = load("prune_event_triggers", PackageResources.prune_event_triggers_sql)
    static let retryNews = load("retry_news", PackageResources.retry_news_sql)
    static let addArrivals = load("add_arrivals", PackageResources.add_arrivals_sql)
    static let touchArrivals = load("touch_arrivals", PackageResources.touch_arrivals_sql)
    static let pruneArrivals = load("prune_arrivals", PackageResources.prune_arrivals_sql)
    static let listAssets = load("list_assets", PackageResources.list_assets_sql)
    static let listAssetPartitions = load("list_asset_partitions", PackageResources.list_asset_partitions_sql)
}
