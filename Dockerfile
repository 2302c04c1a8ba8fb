# Visage in a container: pages and HTTP on port 8501, as a person without rights, on a file system that nobody writes.
#   docker build -t visage .
#   docker build -t visage:gpu --build-arg REQUIREMENTS=requirements-gpu.txt .
# What running and publishing it means: docs/deploy.md
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS packages
ARG REQUIREMENTS=requirements.txt
COPY requirements*.txt /requirements/
RUN python -m venv /opt/visage \
 && /opt/visage/bin/pip install --no-cache-dir --disable-pip-version-check -r "/requirements/${REQUIREMENTS}"

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin visage \
 && install -d -o visage -g visage /visage-home
COPY --from=packages /opt/visage /opt/visage
COPY . /visage
WORKDIR /visage
ENV PATH=/opt/visage/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOME=/tmp VISAGE_HOME=/visage-home VISAGE_TRAINING=off
USER 10001
VOLUME /visage-home
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8501/v2/health/ready', timeout=4)"]
ENTRYPOINT ["python", "deploy/init.py"]
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.headless", "true"]
