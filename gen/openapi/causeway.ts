// Generated from openapi/causeway.yaml. Do not edit: change that file and run `npm run generate`.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the process is alive. It answers until the process ends. */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether new requests are welcome. They are not while the process starts or drains, and while they are refused since the ledger cannot be written. */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells what was asked, what it took and how everybody is doing, in the format that Accept asks for. */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says what was used, by model and by provider, how fast it was, and what failed last.
         * @description All sums are of requests that were answered whole; `recent_errors` are those that failed. A request that its
         *     client left is in neither. Without a period all there is counts.
         */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says what was used day by day, the newest day first. Days without requests are left out.
         * @description Without a first day it begins 30 days before the last one; without a last day it ends today. At most 3,660 days.
         */
        get: operations["getDailyStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/hourly": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says what was used in each of the 24 hours of a day. */
        get: operations["getHourlyStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/date-range": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says of which days there are requests that were answered whole. */
        get: operations["getDateRange"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/filters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the providers and models that `/requests` can be filtered by, those with the most requests first. */
        get: operations["getFilterValues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists requests that were answered whole, with what was sent and answered as far as it is kept.
         * @description The sums are over all that match, not only over those of the page. To read very many rows,
         *     `StatsService.ListRequests` and `ExportRequests` need no offset.
         */
        get: operations["getRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes requests that failed, for good. Sums are then as if they had never been.
         * @description Without a period, all of them. Other parameters are refused: one that is misspelt must not remove more than was
         *     meant.
         */
        delete: operations["deleteErrors"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what can be asked for twice, as OpenAI does in `data` and with prices in `models`. */
        get: operations["listPricedModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what can be asked for, as the document `openai` says, with more or less said of each model. */
        get: operations["listEnrichedModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the names of the providers, sorted. */
        get: operations["listProviderNames"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/model-info/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how many models there are, what is known of them, and how old the providers' lists are. */
        get: operations["getCatalogueStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how the credentials are doing, and what was used of each, whatever became of the requests. */
        get: operations["getQuotaStats"];
        put?: never;
        /**
         * Reads the configuration anew, or finds out anew how credentials are doing; then says what GET says.
         * @description `reload` puts the configuration file in force, with the keys that are in it now. `force_refresh` asks the
         *     providers for their models anew, and ends the cooldowns and locks of the credentials: the next requests find
         *     out whether they serve. What was switched off stays off. Nothing that was counted is lost.
         */
        post: operations["refreshQuotaStats"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/token-count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says how many tokens a chat has, by the provider's own count where it has one. */
        post: operations["countChatTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cost-estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what so many tokens would cost. */
        post: operations["estimateCost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model one thing, and answers with its text.
         * @description Whatever else `/v1/chat/completions` takes, such as `temperature`, may be in the body as well, except `messages`
         *     and `stream`.
         */
        post: operations["answerPrompt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the OpenAPI documents, sorted by name. */
        get: operations["listDocuments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi/{name}.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends one of the documents, such as this one. */
        get: operations["getDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page to read the documents on, and to try requests with a key of one's own. */
        get: operations["openViewer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Alive: {
            /** @constant */
            status: "ok";
        };
        Ready: {
            /** @constant */
            status: "ready";
            /** @description What is wrong all the same, for people. Absent when nothing is. */
            problems?: string[];
        };
        NotReady: {
            /** @constant */
            status: "not ready";
            /** @description What stands in the way, for people. */
            problems: string[];
        };
        ErrorAnswer: {
            error: {
                /** @description For people: what was wrong, where, and what to do. */
                message: string;
                /** @description For programs: the kind of failure. */
                type: string;
                /** @description The parameter or field at fault. */
                param: string | null;
                /** @description For programs: what exactly failed. */
                code: string | null;
            };
        };
        Stats: {
            totals: {
                requests: components["schemas"]["Count"];
                cost: components["schemas"]["KnownCost"];
                unknown_cost: components["schemas"]["UnknownCost"];
                prompt_tokens: components["schemas"]["Count"];
                completion_tokens: components["schemas"]["Count"];
                /** @description 0 where there are no requests. */
                avg_duration_ms: number;
            };
            /** @description By the clients' names for the models. The most expensive first. */
            by_model: components["schemas"]["ModelStats"][];
            /** @description The most expensive first. */
            by_provider: components["schemas"]["ProviderStats"][];
            /** @description Of the newest 100,000 requests that were answered whole, over those that have output. The fastest first. */
            performance: components["schemas"]["ModelSpeed"][];
            /** @description The newest first. */
            recent_errors: components["schemas"]["RecentError"][];
        };
        Count: number;
        /** @description US dollars, of the requests whose cost is known. */
        KnownCost: number;
        /** @description How many requests with tokens have no known price, and so are missing in the cost. */
        UnknownCost: number;
        /** @description US dollars. null is unknown, not free. */
        Cost: number | null;
        ModelStats: {
            model: string;
            requests: components["schemas"]["Count"];
            cost: components["schemas"]["KnownCost"];
            unknown_cost: components["schemas"]["UnknownCost"];
            tokens: components["schemas"]["Count"];
        };
        ProviderStats: {
            provider: components["schemas"]["ProviderName"];
            requests: components["schemas"]["Count"];
            cost: components["schemas"]["KnownCost"];
            unknown_cost: components["schemas"]["UnknownCost"];
            tokens: components["schemas"]["Count"];
        };
        /** @description "unknown" for imported requests whose provider is not known. */
        ProviderName: string;
        /** @description Tokens a second are those of the output, over the whole time that the request took. */
        ModelSpeed: {
            model: string;
            requests: components["schemas"]["Count"];
            avg_tokens_per_sec: number;
            avg_duration_ms: number;
            min_tokens_per_sec: number;
            max_tokens_per_sec: number;
            /** @description US dollars, over the requests whose cost is known. 0 where there is none. */
            avg_cost_per_request: number;
        };
        RecentError: {
            timestamp: components["schemas"]["Timestamp"];
            model: string;
            error: string;
        };
        /**
         * Format: date-time
         * @description UTC, in milliseconds.
         */
        Timestamp: string;
        DailyStats: {
            daily: {
                /** Format: date */
                date: string;
                requests: components["schemas"]["Count"];
                cost: components["schemas"]["KnownCost"];
                total_tokens: components["schemas"]["Count"];
                /** @description The most expensive first. */
                by_provider: {
                    provider: components["schemas"]["ProviderName"];
                    requests: components["schemas"]["Count"];
                    cost: components["schemas"]["KnownCost"];
                }[];
            }[];
            /** @description How many days are listed. */
            total_days: number;
            total_cost: components["schemas"]["KnownCost"];
            total_requests: components["schemas"]["Count"];
        };
        HourlyStats: {
            hourly: {
                hour: number;
                requests: components["schemas"]["Count"];
                cost: components["schemas"]["KnownCost"];
                total_tokens: components["schemas"]["Count"];
                /** @description The most expensive first. */
                by_model: {
                    model: string;
                    provider: components["schemas"]["ProviderName"];
                    requests: components["schemas"]["Count"];
                    cost: components["schemas"]["KnownCost"];
                }[];
            }[];
            /** Format: date */
            date: string;
            total_cost: components["schemas"]["KnownCost"];
            total_requests: components["schemas"]["Count"];
        };
        /** @description null where there are no requests. */
        DateRange: {
            /** Format: date */
            start_date: string | null;
            /** Format: date */
            end_date: string | null;
        };
        FilterNames: {
            providers: components["schemas"]["NameCount"][];
            models: components["schemas"]["NameCount"][];
        };
        NameCount: {
            name: string;
            count: components["schemas"]["Count"];
        };
        RequestPage: {
            requests: components["schemas"]["RequestEntry"][];
            /** @description How many match. */
            total: number;
            total_tokens: components["schemas"]["Count"];
            total_cost: components["schemas"]["KnownCost"];
            unknown_cost: components["schemas"]["UnknownCost"];
            /** @description US dollars, over the requests that are not in `unknown_cost`. 0 where there is none. */
            avg_cost: number;
            offset: components["schemas"]["Count"];
            limit: number;
        };
        RequestEntry: {
            /** @description The row's id in the ledger. */
            id: string;
            timestamp: components["schemas"]["Timestamp"];
            /** @description The client's name for it. */
            model: string;
            provider: components["schemas"]["ProviderName"];
            /** @description 0 also where the provider did not say. */
            prompt_tokens: number;
            completion_tokens: components["schemas"]["Count"];
            total_tokens: components["schemas"]["Count"];
            /** @description US dollars. 0 where it is not known. */
            cost: number;
            /** @description Whether `cost` is what it cost. */
            cost_known: boolean;
            duration_ms: components["schemas"]["Count"];
            /**
             * @description JSON text: the body as the client sent it, and of an RPC the contract's JSON; only its settings where
             *     `ledger.bodies` is `metadata`. A string in JSON where the ledger keeps only its beginning. null where it keeps
             *     none.
             */
            request_data: string | null;
            /**
             * @description JSON text: the answer as a chat completion of OpenAI's, also where the provider speaks another language, and
             *     where it was streamed. Other answers are as the provider sent them. A string in JSON for what is no JSON, as
             *     where the ledger keeps only the beginning. null where it keeps none.
             */
            response_data: string | null;
        };
        Deleted: {
            deleted: components["schemas"]["Count"];
        };
        PricedModelList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Model"][];
            models: components["schemas"]["PricedModel"][];
        };
        PricedModel: {
            /** @description What to ask for: an alias, or `provider/model`. */
            name: string;
            /** @description What the name stands for, as `provider/model`; of several, the first. */
            litellm_model: string;
            provider: string;
            input_cost_per_million: components["schemas"]["Cost"];
            output_cost_per_million: components["schemas"]["Cost"];
        };
        ModelList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Model"][];
        };
        /** @description What is not known is absent. */
        Model: {
            /** @description What to ask for: an alias, or `provider/model`. */
            id: string;
            /** @constant */
            object: "model";
            /** @description Unix seconds, 0 where it is not known. */
            created: number;
            /** @description The provider. */
            owned_by: string;
            /** @description Tokens of the longest prompt. */
            context_window?: number;
            input_modalities?: string[];
            /** @description US dollars a token, as decimal numbers. */
            pricing?: {
                prompt: string;
                completion: string;
            };
            /** @description The same as context_window. With `enriched`. */
            context_length?: number;
            /** @description The same as context_window. With `enriched`. */
            max_input_tokens?: number;
            /** @description US dollars. With `enriched`. */
            input_cost_per_token?: number;
            /** @description US dollars. With `enriched`. */
            output_cost_per_token?: number;
            /** @description The same as input_modalities. With `enriched`. */
            supported_modalities?: string[];
            /** @description With `enriched`, where the modalities are known. */
            capabilities?: {
                vision: boolean;
                audio_input: boolean;
            };
        };
        ProviderNames: string[];
        CatalogueStats: {
            /** @description Whether every provider has told its models. */
            ready: boolean;
            last_refresh: components["schemas"]["UnixTime"];
            /** @description As /v1/models lists them. */
            total_models: number;
            /** @description Of these, names of the configuration. */
            aliases: number;
            /** @description Of these, models whose price is known. */
            with_prices: number;
            /** @description Of these, models whose longest prompt is known. */
            with_context_window: number;
            /** @description By name. */
            providers: {
                [key: string]: {
                    models: components["schemas"]["Count"];
                    last_refresh: components["schemas"]["UnixTime"];
                    /** @description Why its list could not be had the last time. */
                    error: string | null;
                };
            };
        };
        /** @description Seconds since 1970, with fractions. null: never. */
        UnixTime: number | null;
        QuotaStats: {
            /** @description By name. */
            providers: {
                [key: string]: components["schemas"]["QuotaOfProvider"];
            };
            summary: {
                total_providers: components["schemas"]["Count"];
                total_credentials: components["schemas"]["Count"];
                active_credentials: components["schemas"]["Count"];
                exhausted_credentials: components["schemas"]["Count"];
                total_requests: components["schemas"]["Count"];
                tokens: components["schemas"]["TokenKinds"];
                approx_total_cost: components["schemas"]["ApproxCost"];
            };
            /**
             * @description refreshed: after a POST.
             * @enum {unknown}
             */
            data_source: "cache" | "refreshed";
            /** @description Seconds since 1970. */
            timestamp: number;
            refresh_result?: components["schemas"]["RefreshResult"];
        };
        /** @description The sums are over all of the ledger, and of all credentials, also of those that are not configured any more. */
        QuotaOfProvider: {
            credential_count: components["schemas"]["Count"];
            /** @description Credentials that can serve now. */
            active_count: number;
            /** @description Credentials that are over a limit, for some models at least. */
            exhausted_count: number;
            total_requests: components["schemas"]["Count"];
            tokens: components["schemas"]["TokenKinds"];
            approx_cost: components["schemas"]["ApproxCost"];
            credentials: components["schemas"]["QuotaOfCredential"][];
        };
        TokenKinds: {
            input_cached: components["schemas"]["Count"];
            input_uncached: components["schemas"]["Count"];
            input_cache_pct: number;
            output: components["schemas"]["Count"];
        };
        /** @description US dollars, of the requests whose cost is known. null where no cost is known. */
        ApproxCost: number | null;
        /**
         * @description The sums are over the newest 100,000 requests of the ledger, by the masked key: credentials whose masked keys are
         *     the same share them.
         */
        QuotaOfCredential: {
            /** @description The masked key; empty where the provider needs none. */
            identifier: string;
            /** @description As it is configured. */
            name: string;
            /** @enum {unknown} */
            status: "active" | "exhausted" | "locked" | "disabled";
            /**
             * @description More exactly. cooling is for some models at least; rpm and tpm are limits of the configuration.
             * @enum {unknown}
             */
            state: "ready" | "busy" | "cooling" | "rpm" | "tpm" | "locked" | "disabled";
            requests: components["schemas"]["Count"];
            tokens: components["schemas"]["TokenKinds"];
            approx_cost: components["schemas"]["ApproxCost"];
            last_used_ts: components["schemas"]["UnixTime"];
            /** @description By the provider's names for its models. */
            model_groups: {
                [key: string]: components["schemas"]["ModelQuota"];
            };
            cooldowns: {
                /** @description The model, or the patterns of a group of models. */
                scope: string;
                /** @description Seconds since 1970. */
                until_ts: number;
                reason: string;
            }[];
            locked_until_ts: components["schemas"]["UnixTime"];
            /** @description The last failure. */
            last_error: string | null;
            in_flight: components["schemas"]["Count"];
            /** @description What was used in the window that rotation counts over. */
            window: {
                seconds: number;
                requests: components["schemas"]["Count"];
                failures: components["schemas"]["Count"];
                tokens: components["schemas"]["Count"];
                approx_cost: components["schemas"]["KnownCost"];
            };
            /** @description The provider's limits by model, as it told them last. */
            limits: {
                model: string;
                /** @description Seconds since 1970. */
                told_ts: number;
                requests: components["schemas"]["RateLimit"];
                tokens: components["schemas"]["RateLimit"];
                input_tokens: components["schemas"]["RateLimit"];
                output_tokens: components["schemas"]["RateLimit"];
            }[];
        };
        ModelQuota: {
            requests: components["schemas"]["Count"];
            tokens: components["schemas"]["TokenKinds"];
            approx_cost: components["schemas"]["ApproxCost"];
            last_used_ts: components["schemas"]["UnixTime"];
        };
        /** @description null where the provider does not say, also within it. */
        RateLimit: {
            limit: number | null;
            remaining: number | null;
            resets_ts: components["schemas"]["UnixTime"];
        } | null;
        QuotaAction: {
            /**
             * @default reload
             * @enum {unknown}
             */
            action?: "reload" | "force_refresh";
            /**
             * @description Whose state is found out anew. A configuration is always read whole.
             * @default all
             * @enum {unknown}
             */
            scope?: "all" | "provider" | "credential";
            /** @description Needed unless the scope is all. */
            provider?: string | null;
            /** @description Its name, or its masked key. Needed where the scope is credential. */
            credential?: string | null;
        };
        RefreshResult: {
            /** @enum {unknown} */
            action: "reload" | "force_refresh";
            /** @enum {unknown} */
            scope: "all" | "provider" | "credential";
            provider: string | null;
            credential: string | null;
            success: boolean;
            message: string;
            /** @description Faults of the configuration, in which case the old one stays in force, or lists of models that could not be had. */
            errors: string[];
            duration_ms: components["schemas"]["Count"];
        };
        /** @description Whatever else a chat completion takes may be there as well; tools count, too. */
        TokenCountRequest: {
            model: string;
            messages: Record<string, never>[];
        };
        TokenCount: {
            token_count: components["schemas"]["Count"];
        };
        /** @description At least one of the four numbers has to be there; the others are 0. */
        CostEstimateRequest: {
            /** @description An alias, `provider/model`, or a model's own name. */
            model: string;
            /** @description Without those of the cache. */
            prompt_tokens?: number;
            completion_tokens?: components["schemas"]["Count"];
            cache_read_tokens?: components["schemas"]["Count"];
            /** @description Written to the cache for five minutes. */
            cache_creation_tokens?: number;
        };
        CostEstimate: {
            /** @description As it was asked for. */
            model: string;
            cost: components["schemas"]["Cost"];
            /** @constant */
            currency: "USD";
            /** @description Of the first token; some prices depend on how long the prompt is. Empty where they are unknown. */
            pricing: {
                input_cost_per_token?: number;
                output_cost_per_token?: number;
            };
            /** @description Which prices, with their version; "unknown" where there is none. */
            source: string;
            /** @description Why there is no cost. */
            error?: string;
        };
        PromptRequest: {
            /** @description Without it, the model's name decides, as everywhere. */
            provider?: string | null;
            model: string;
            prompt: string;
        };
        PromptAnswer: {
            /** @description Who answered. */
            provider: string;
            /** @description The provider's name for it. */
            model: string;
            /** @description What the model said; empty where it only called tools. */
            response: string;
            /** @description "stop", or why it ended early, for example "length". */
            finish_reason: string;
            /** @description Of all attempts; estimated where the provider did not say. null where nothing is known. */
            usage: {
                prompt_tokens: components["schemas"]["Count"];
                completion_tokens: components["schemas"]["Count"];
                total_tokens: components["schemas"]["Count"];
            } | null;
            cost: components["schemas"]["Cost"];
            /** @description The row's id in the ledger. */
            request_id: string;
        };
        DocumentList: {
            documents: components["schemas"]["Document"][];
        };
        Document: {
            /** @description The name in the path. */
            name: string;
            /**
             * Format: uri-reference
             * @description Where it is, relative to this list.
             */
            url: string;
        };
    };
    responses: {
        /** @description The request makes no sense. The message says what is wrong, where, and what to do. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "'hours' is 'all'; it takes a whole number from 1 to 876000.",
                 *         "type": "invalid_request_error",
                 *         "param": "hours",
                 *         "code": "invalid_request"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description A key of the gateway's is needed, and none, or another, was shown. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description There is no such model, provider or credential. The message says which there are. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description The ledger cannot be read or written at the moment. */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description Refused by the gateway, or failed at the provider. */
        Failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description The credentials, by provider. */
        QuotaStats: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["QuotaStats"];
            };
        };
        /** @description The client has it already. */
        Unchanged: {
            headers: {
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content?: never;
        };
    };
    parameters: {
        /** @description Only the last so many hours. Not together with dates. */
        Hours: number;
        /** @description Only from this day on. */
        StartDate: string;
        /** @description Only until this day, which belongs to it. */
        EndDate: string;
        /**
         * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
         *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
         */
        TimezoneOffset: number;
        /**
         * @description `true` adds prices, the context window and capabilities under the names that other tools know them by, `false`
         *     leaves only what OpenAI says.
         */
        Enriched: boolean;
        /** @description The entity tag of an earlier answer. */
        IfNoneMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description The entity tag. It changes with the content. */
        ETag: string;
    };
    pathItems: never;
}
export type Alive = components['schemas']['Alive'];
export type Ready = components['schemas']['Ready'];
export type NotReady = components['schemas']['NotReady'];
export type ErrorAnswer = components['schemas']['ErrorAnswer'];
export type Stats = components['schemas']['Stats'];
export type Count = components['schemas']['Count'];
export type KnownCost = components['schemas']['KnownCost'];
export type UnknownCost = components['schemas']['UnknownCost'];
export type Cost = components['schemas']['Cost'];
export type ModelStats = components['schemas']['ModelStats'];
export type ProviderStats = components['schemas']['ProviderStats'];
export type ProviderName = components['schemas']['ProviderName'];
export type ModelSpeed = components['schemas']['ModelSpeed'];
export type RecentError = components['schemas']['RecentError'];
export type Timestamp = components['schemas']['Timestamp'];
export type DailyStats = components['schemas']['DailyStats'];
export type HourlyStats = components['schemas']['HourlyStats'];
export type DateRange = components['schemas']['DateRange'];
export type FilterNames = components['schemas']['FilterNames'];
export type NameCount = components['schemas']['NameCount'];
export type RequestPage = components['schemas']['RequestPage'];
export type RequestEntry = components['schemas']['RequestEntry'];
export type Deleted = components['schemas']['Deleted'];
export type PricedModelList = components['schemas']['PricedModelList'];
export type PricedModel = components['schemas']['PricedModel'];
export type ModelList = components['schemas']['ModelList'];
export type Model = components['schemas']['Model'];
export type ProviderNames = components['schemas']['ProviderNames'];
export type CatalogueStats = components['schemas']['CatalogueStats'];
export type UnixTime = components['schemas']['UnixTime'];
export type QuotaStats = components['schemas']['QuotaStats'];
export type QuotaOfProvider = components['schemas']['QuotaOfProvider'];
export type TokenKinds = components['schemas']['TokenKinds'];
export type ApproxCost = components['schemas']['ApproxCost'];
export type QuotaOfCredential = components['schemas']['QuotaOfCredential'];
export type ModelQuota = components['schemas']['ModelQuota'];
export type RateLimit = components['schemas']['RateLimit'];
export type QuotaAction = components['schemas']['QuotaAction'];
export type RefreshResult = components['schemas']['RefreshResult'];
export type TokenCountRequest = components['schemas']['TokenCountRequest'];
export type TokenCount = components['schemas']['TokenCount'];
export type CostEstimateRequest = components['schemas']['CostEstimateRequest'];
export type CostEstimate = components['schemas']['CostEstimate'];
export type PromptRequest = components['schemas']['PromptRequest'];
export type PromptAnswer = components['schemas']['PromptAnswer'];
export type DocumentList = components['schemas']['DocumentList'];
export type Document = components['schemas']['Document'];
export type ResponseInvalid = components['responses']['Invalid'];
export type ResponseRefused = components['responses']['Refused'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseUnavailable = components['responses']['Unavailable'];
export type ResponseFailed = components['responses']['Failed'];
export type ResponseQuotaStats = components['responses']['QuotaStats'];
export type ResponseUnchanged = components['responses']['Unchanged'];
export type ParameterHours = components['parameters']['Hours'];
export type ParameterStartDate = components['parameters']['StartDate'];
export type ParameterEndDate = components['parameters']['EndDate'];
export type ParameterTimezoneOffset = components['parameters']['TimezoneOffset'];
export type ParameterEnriched = components['parameters']['Enriched'];
export type ParameterIfNoneMatch = components['parameters']['IfNoneMatch'];
export type HeaderETag = components['headers']['ETag'];
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. With problems, if there are any, such as rows that wait in the journal for the ledger's store. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Not ready, and why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotReady"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/openmetrics-text": string;
                };
            };
            /** @description A key of the gateway's is needed, and none, or another, was shown. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: Record<string, never>;
                    };
                };
            };
        };
    };
    getStats: {
        parameters: {
            query?: {
                /** @description Only the last so many hours. Not together with dates. */
                hours?: components["parameters"]["Hours"];
                /** @description Only from this day on. */
                start_date?: components["parameters"]["StartDate"];
                /** @description Only until this day, which belongs to it. */
                end_date?: components["parameters"]["EndDate"];
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sums. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "totals": {
                     *         "requests": 2,
                     *         "cost": 0.0042,
                     *         "unknown_cost": 0,
                     *         "prompt_tokens": 900,
                     *         "completion_tokens": 130,
                     *         "avg_duration_ms": 850.5
                     *       },
                     *       "by_model": [
                     *         {
                     *           "model": "fast",
                     *           "requests": 2,
                     *           "cost": 0.0042,
                     *           "unknown_cost": 0,
                     *           "tokens": 1030
                     *         }
                     *       ],
                     *       "by_provider": [
                     *         {
                     *           "provider": "openai",
                     *           "requests": 2,
                     *           "cost": 0.0042,
                     *           "unknown_cost": 0,
                     *           "tokens": 1030
                     *         }
                     *       ],
                     *       "performance": [
                     *         {
                     *           "model": "fast",
                     *           "requests": 2,
                     *           "avg_tokens_per_sec": 76.4,
                     *           "min_tokens_per_sec": 70.1,
                     *           "max_tokens_per_sec": 82.7,
                     *           "avg_duration_ms": 850.5,
                     *           "avg_cost_per_request": 0.0021
                     *         }
                     *       ],
                     *       "recent_errors": [
                     *         {
                     *           "timestamp": "2026-10-04T12:34:56.789Z",
                     *           "model": "fast",
                     *           "error": "The provider is overloaded."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Stats"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    getDailyStats: {
        parameters: {
            query?: {
                /** @description Only the last so many hours. Not together with dates. */
                hours?: components["parameters"]["Hours"];
                /** @description Only from this day on. */
                start_date?: components["parameters"]["StartDate"];
                /** @description Only until this day, which belongs to it. */
                end_date?: components["parameters"]["EndDate"];
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The days. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily": [
                     *         {
                     *           "date": "2026-10-04",
                     *           "requests": 15,
                     *           "cost": 0.0234,
                     *           "total_tokens": 12450,
                     *           "by_provider": [
                     *             {
                     *               "provider": "openai",
                     *               "requests": 10,
                     *               "cost": 0.015
                     *             },
                     *             {
                     *               "provider": "anthropic",
                     *               "requests": 5,
                     *               "cost": 0.0084
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "total_days": 1,
                     *       "total_cost": 0.0234,
                     *       "total_requests": 15
                     *     }
                     */
                    "application/json": components["schemas"]["DailyStats"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHourlyStats: {
        parameters: {
            query: {
                /**
                 * @description The day.
                 * @example 2026-10-04
                 */
                date: string;
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hours, all 24 of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HourlyStats"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    getDateRange: {
        parameters: {
            query?: {
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The first and the last day. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start_date": "2026-10-04",
                     *       "end_date": "2026-11-21"
                     *     }
                     */
                    "application/json": components["schemas"]["DateRange"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    getFilterValues: {
        parameters: {
            query?: {
                /** @description Only the last so many hours. Not together with dates. */
                hours?: components["parameters"]["Hours"];
                /** @description Only from this day on. */
                start_date?: components["parameters"]["StartDate"];
                /** @description Only until this day, which belongs to it. */
                end_date?: components["parameters"]["EndDate"];
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names, each with its number of requests that were answered whole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "providers": [
                     *         {
                     *           "name": "openai",
                     *           "count": 12
                     *         }
                     *       ],
                     *       "models": [
                     *         {
                     *           "name": "fast",
                     *           "count": 9
                     *         },
                     *         {
                     *           "name": "smart",
                     *           "count": 3
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FilterNames"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRequests: {
        parameters: {
            query?: {
                /** @description Only the last so many hours. Not together with dates. */
                hours?: components["parameters"]["Hours"];
                /** @description Only from this day on. */
                start_date?: components["parameters"]["StartDate"];
                /** @description Only until this day, which belongs to it. */
                end_date?: components["parameters"]["EndDate"];
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
                /** @description How many to leave out. */
                offset?: number;
                /** @description How many to list. More than 200 is taken for 200; the answer says so. */
                limit?: number;
                /** @description Only of this provider. */
                provider?: string;
                /** @description Only of this model, as the client named it. */
                model?: string;
                /** @description Cost at least so many US dollars. With more than 0, requests whose cost is unknown are left out. */
                min_cost?: number;
                /** @description Cost at most so many US dollars. Requests whose cost is unknown are left out. */
                max_cost?: number;
                /**
                 * @description In the model's name or in what was sent or answered, whatever the case. All rows that the other parameters
                 *     let through are read for it.
                 */
                search?: string;
                sort_by?: "timestamp" | "model" | "total_tokens" | "cost" | "duration_ms";
                sort_dir?: "asc" | "desc";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page, and the sums. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requests": [
                     *         {
                     *           "id": "0199b2f0-1111-7abc-8def-0123456789ab",
                     *           "timestamp": "2026-10-04T12:34:56.789Z",
                     *           "model": "fast",
                     *           "provider": "openai",
                     *           "prompt_tokens": 10,
                     *           "completion_tokens": 20,
                     *           "total_tokens": 30,
                     *           "cost": 0.0012,
                     *           "cost_known": true,
                     *           "duration_ms": 850,
                     *           "request_data": "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}",
                     *           "response_data": "{\"id\":\"chatcmpl-1\",\"choices\":[{\"message\":{\"content\":\"Hello!\"}}]}"
                     *         }
                     *       ],
                     *       "total": 285,
                     *       "total_tokens": 91200,
                     *       "total_cost": 0.734,
                     *       "unknown_cost": 3,
                     *       "avg_cost": 0.0026,
                     *       "offset": 0,
                     *       "limit": 50
                     *     }
                     */
                    "application/json": components["schemas"]["RequestPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteErrors: {
        parameters: {
            query?: {
                /** @description Only the last so many hours. Not together with dates. */
                hours?: components["parameters"]["Hours"];
                /** @description Only from this day on. */
                start_date?: components["parameters"]["StartDate"];
                /** @description Only until this day, which belongs to it. */
                end_date?: components["parameters"]["EndDate"];
                /**
                 * @description How many minutes the clock by which days and hours begin is before UTC: -480 is UTC-8. It is the same for all
                 *     days: where clocks change, `StatsService.GetTimeSeries` knows zones by name.
                 */
                timezone_offset?: components["parameters"]["TimezoneOffset"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many were removed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deleted": 15
                     *     }
                     */
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPricedModels: {
        parameters: {
            query?: {
                /**
                 * @description `true` adds prices, the context window and capabilities under the names that other tools know them by, `false`
                 *     leaves only what OpenAI says.
                 */
                enriched?: components["parameters"]["Enriched"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All models, sorted by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "object": "list",
                     *       "data": [
                     *         {
                     *           "id": "fast",
                     *           "object": "model",
                     *           "created": 0,
                     *           "owned_by": "openai"
                     *         }
                     *       ],
                     *       "models": [
                     *         {
                     *           "name": "fast",
                     *           "litellm_model": "openai/gpt-4.1-mini",
                     *           "provider": "openai",
                     *           "input_cost_per_million": 0.4,
                     *           "output_cost_per_million": 1.6
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PricedModelList"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
        };
    };
    listEnrichedModels: {
        parameters: {
            query?: {
                /**
                 * @description `true` adds prices, the context window and capabilities under the names that other tools know them by, `false`
                 *     leaves only what OpenAI says.
                 */
                enriched?: components["parameters"]["Enriched"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All models, sorted by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
        };
    };
    listProviderNames: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       "anthropic",
                     *       "demo",
                     *       "openai"
                     *     ]
                     */
                    "application/json": components["schemas"]["ProviderNames"];
                };
            };
            401: components["responses"]["Refused"];
        };
    };
    getCatalogueStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "last_refresh": 1791117296.789,
                     *       "total_models": 84,
                     *       "aliases": 2,
                     *       "with_prices": 79,
                     *       "with_context_window": 81,
                     *       "providers": {
                     *         "openai": {
                     *           "models": 82,
                     *           "last_refresh": 1791117296.789,
                     *           "error": null
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CatalogueStats"];
                };
            };
            401: components["responses"]["Refused"];
        };
    };
    getQuotaStats: {
        parameters: {
            query?: {
                /** @description Only this provider. */
                provider?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["QuotaStats"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    refreshQuotaStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "force_refresh",
                 *       "scope": "credential",
                 *       "provider": "openai",
                 *       "credential": "reserve"
                 *     }
                 */
                "application/json": components["schemas"]["QuotaAction"];
            };
        };
        responses: {
            200: components["responses"]["QuotaStats"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
            "4XX": components["responses"]["Failed"];
        };
    };
    countChatTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "fast",
                 *       "messages": [
                 *         {
                 *           "role": "user",
                 *           "content": "Hello, world!"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["TokenCountRequest"];
            };
        };
        responses: {
            /** @description The number. */
            200: {
                headers: {
                    /** @description The provider, or the tokenizer that estimated it. */
                    "causeway-counted-by"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token_count": 4
                     *     }
                     */
                    "application/json": components["schemas"]["TokenCount"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            404: components["responses"]["NotFound"];
            "4XX": components["responses"]["Failed"];
        };
    };
    estimateCost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "openai/gpt-4.1-mini",
                 *       "prompt_tokens": 1000,
                 *       "completion_tokens": 500
                 *     }
                 */
                "application/json": components["schemas"]["CostEstimateRequest"];
            };
        };
        responses: {
            /** @description The cost, or that the price is unknown. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CostEstimate"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Refused"];
            "4XX": components["responses"]["Failed"];
        };
    };
    answerPrompt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "demo",
                 *       "model": "demo",
                 *       "prompt": "Hello!"
                 *     }
                 */
                "application/json": components["schemas"]["PromptRequest"];
            };
        };
        responses: {
            /** @description The answer. Its headers are those of the documents `openai` and `anthropic`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "provider": "openai",
                     *       "model": "gpt-4.1-mini",
                     *       "response": "Hello! How can I help?",
                     *       "finish_reason": "stop",
                     *       "usage": {
                     *         "prompt_tokens": 9,
                     *         "completion_tokens": 7,
                     *         "total_tokens": 16
                     *       },
                     *       "cost": 0.0000148,
                     *       "request_id": "0199b2f0-1111-7abc-8def-0123456789ab"
                     *     }
                     */
                    "application/json": components["schemas"]["PromptAnswer"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listDocuments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentList"];
                };
            };
        };
    };
    getDocument: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag of an earlier answer. */
                "if-none-match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /** @example causeway */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
            304: components["responses"]["Unchanged"];
            /** @description There is no such document. The body says so in the language of the gateway's main REST surface. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    openViewer: {
        parameters: {
            query?: {
                /** @description The document that is shown first, by name. */
                "urls.primaryName"?: string;
            };
            header?: {
                /** @description The entity tag of an earlier answer. */
                "if-none-match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. What it loads is served below /docs/. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["Unchanged"];
        };
    };
}
