job "web" {
  group "shop" {
    count = 3

    network {
      port "http" { to = 8080 }
    }

    service {
      name = "web"
      port = "http"
      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"
        check_restart { limit = 3 } # without it an unhealthy task is left out, but not restarted
      }
    }

    task "main" {
      driver = "docker"
      config { image = "shop:1.0" }
      env { DRAIN_SECONDS = "3" }
      resources {
        cpu    = 500
        memory = 128
      }
    }
  }
}
